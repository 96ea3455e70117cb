package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.RecoverableException;

class AtomicFolderTest {

    @TempDir
    private Path parent;

    @Test
    void aFolderAppearsWholeWithItsManifest() throws IOException {
        // given
        Path target = parent.resolve("made/on/the/way/target");

        // when
        AtomicFolder.create(target, 0, folder -> {
            assertThat(target).doesNotExist();
            Files.writeString(folder.resolve("a.txt"), "content");
        });

        // then
        assertThat(target.resolve("a.txt")).hasContent("content");
        assertThat(Manifest.damageOf(target)).isEmpty();
        assertThat(target.getParent()).isDirectoryNotContaining("glob:**/.writing-*");
    }

    @Test
    void aDiskThatIsTooSmallIsSaidBeforeAnythingIsWritten() {
        // given
        Path target = parent.resolve("target");

        // then
        assertThatThrownBy(() -> AtomicFolder.create(target, Long.MAX_VALUE, folder -> {
            throw new AssertionError("written all the same");
        }))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000503: ")
                .hasMessageContaining(target.toString())
                .hasMessageContaining("takes " + Long.MAX_VALUE + " bytes")
                .hasMessageContaining("Free space");
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
        // given
        Path file = Files.writeString(parent.resolve("file"), "in the way");

        // then
        assertThatThrownBy(() -> AtomicFolder.create(file.resolve("target"), 0, folder -> { }))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000504: ")
                .hasMessageContaining(file.resolve("target").toString())
                .hasMessageContaining("the server's user may write there");
    }

    @Test
    void aFailureWhileWritingLeavesNothing() {
        // given
        Path target = parent.resolve("target");

        // then
        assertThatThrownBy(() -> AtomicFolder.create(target, 0, folder -> {
            Files.writeString(folder.resolve("half.txt"), "half");
            throw new IOException("No space left on device");
        }))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000504: ")
                .hasMessageContaining("No space left on device");
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void anErrorOfTheProgramLeavesNothingEither() {
        assertThatThrownBy(() -> AtomicFolder.create(parent.resolve("target"), 0, folder -> {
            Files.writeString(folder.resolve("half.txt"), "half");
            throw new IllegalStateException("a mistake");
        })).isInstanceOf(IllegalStateException.class);
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void aFolderThatIsThereIsNotReplaced() throws IOException {
        // given
        Path target = Files.createDirectory(parent.resolve("target"));
        Files.writeString(target.resolve("old.txt"), "old");

        // then
        assertThatThrownBy(() -> AtomicFolder.create(target, 0, folder ->
                Files.writeString(folder.resolve("new.txt"), "new")))
                .isInstanceOf(RecoverableException.class)
                .hasMessageContaining("exists already");
        assertThat(parent).isDirectoryNotContaining("glob:**/.writing-*");
        assertThat(target).isDirectoryContaining("glob:**/old.txt").isDirectoryNotContaining("glob:**/new.txt");
    }

    @Test
    void theRemainsOfADeadWriterAreDeletedAndNothingElse() throws IOException {
        // given
        Path remains = Files.createDirectories(parent.resolve(AtomicFolder.TEMPORARY_PREFIX + "dead/inner"));
        Files.writeString(remains.resolve("half.txt"), "half");
        Files.createDirectory(parent.resolve("checkpoint-1"));

        // when
        AtomicFolder.deleteRemains(parent);
        AtomicFolder.deleteRemains(parent.resolve("absent"));

        // then
        assertThat(parent).isDirectoryContaining("glob:**/checkpoint-1")
                .isDirectoryNotContaining("glob:**/" + AtomicFolder.TEMPORARY_PREFIX + "*");
    }

    @Test
    void whereOthersMayBeWritingOnlyOldRemainsAreDeleted() throws IOException {
        // given
        Path fresh = Files.createDirectory(parent.resolve(AtomicFolder.TEMPORARY_PREFIX + "fresh"));
        Path old = Files.createDirectory(parent.resolve(AtomicFolder.TEMPORARY_PREFIX + "old"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(2, ChronoUnit.DAYS)));

        // when
        AtomicFolder.deleteRemains(parent, AtomicFolder.LONGEST_WRITING);

        // then
        assertThat(old).doesNotExist();
        assertThat(fresh).isDirectory();
    }

    @Test
    void aDeletionThatWasCutShortIsFinishedLater() throws IOException {
        // given: what a server leaves that died while it deleted
        Path target = Files.createDirectory(parent.resolve("target"));
        Files.writeString(target.resolve("a.txt"), "content");
        Path half = Files.createDirectory(parent.resolve(AtomicFolder.DELETED_PREFIX + "half"));
        Files.writeString(half.resolve("b.txt"), "content");

        // when
        AtomicFolder.delete(target);
        AtomicFolder.deleteRemains(parent);

        // then
        assertThat(parent).isEmptyDirectory();
    }
}
