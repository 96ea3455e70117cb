package org.medtune.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.dataset.FieldNames;
import org.medtune.ops.MedtuneHome;

class UploadsTest {

    private static final long LIMIT = 1_000;
    private static final String CSV = "Question,Complex_CoT,Response\nq,c,r\nq,,r\n";

    @TempDir
    private Path folder;

    private Path data;
    private Uploads uploads;

    @BeforeEach
    void setUp() throws IOException {
        data = Files.createDirectories(folder.resolve("data"));
        uploads = new Uploads(new MedtuneHome(folder.resolve("var"), folder.resolve("models"), data), LIMIT);
    }

    @Test
    void anUploadIsReadAndKept() throws IOException {
        // when
        Upload upload = receive("行 1.csv", CSV);

        // then
        assertThat(upload.format()).isEqualTo("CSV");
        assertThat(upload.rows()).isEqualTo(2);
        assertThat(upload.rejected()).isEqualTo(1);
        assertThat(upload.rejects().get(0).reason()).contains("'Complex_CoT' is blank");
        // printf 'Question,Complex_CoT,Response\nq,c,r\nq,,r\n' | sha256sum
        assertThat(upload.sha256()).isEqualTo("49f394c42f5d203379cadcfcf9e74218e649afe39fdeb828c644d8616dae845f");
        assertThat(data).isEmptyDirectory();

        // when
        uploads.keep(upload.id());

        // then
        assertThat(data.resolve("行 1.csv")).hasContent(CSV);
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> uploads.file(upload.id()));
        assertThat(remains()).isZero();
    }

    @Test
    void anUploadCanBeReadByOtherFields() throws IOException {
        // given
        Upload upload = receive("a.csv", "a,b,c\nq,r,s\n");
        assertThat(upload.problem()).startsWith("MEDTUNE000876");

        // when
        Upload named = uploads.find(upload.id(), Optional.of(new FieldNames("a", "b", "c")));

        // then
        assertThat(named.problem()).isNull();
        assertThat(named.rows()).isEqualTo(1);
    }

    @Test
    void anUploadIsDiscarded() throws IOException {
        // given
        Upload upload = receive("a.csv", CSV);

        // when
        uploads.discard(upload.id());

        // then
        assertThat(remains()).isZero();
        assertThat(data).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a.csv", "/tmp/a.csv", "a/b.csv", "..", ".a.csv", "%2e%2e%2fa.csv", "a\\..\\b.csv", "a\0.csv"})
    void aNameThatCouldLeadElsewhereIsRefused(String name) {
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> receive(name, CSV))
                .withMessageStartingWith("MEDTUNE000873");
        assertThat(folder.resolve("a.csv")).doesNotExist();
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void aNameMustTellTheFormat() {
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> receive("a.exe", CSV))
                .withMessageStartingWith("MEDTUNE000884");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../..", "00000000-0000-0000-0000-000000000000", "/etc"})
    void anIdLeadsToUploadsOnly(String id) {
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> uploads.file(id));
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> uploads.keep(id));
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> uploads.discard(id));
    }

    @Test
    void nothingThatIsThereIsReplaced() throws IOException {
        // given: two of one name
        Upload first = receive("a.csv", CSV);
        Upload second = receive("a.csv", CSV + "q,c,other\n");
        uploads.keep(first.id());

        // when / then
        assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> uploads.keep(second.id()))
                .withMessageStartingWith("MEDTUNE000881");
        assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> receive("a.csv", CSV));
        assertThat(data.resolve("a.csv")).hasContent(CSV);
    }

    @Test
    void aLinkIsNotWrittenThrough() throws IOException {
        // given: to a file that there is none of
        Path outside = folder.resolve("outside.csv");
        Files.createSymbolicLink(data.resolve("a.csv"), outside);

        // when / then
        assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> receive("a.csv", CSV));
        assertThat(outside).doesNotExist();
    }

    @Test
    void whatIsTooLongIsRefusedWhetherItIsAnnouncedOrNot() throws IOException {
        byte[] content = "x".repeat(1_001).getBytes(StandardCharsets.US_ASCII);

        for (long announced : new long[] {content.length, -1}) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> uploads.receive("a.csv", announced, new ByteArrayInputStream(content)))
                    .withMessageStartingWith("MEDTUNE000883");
        }
        assertThat(remains()).isZero();
    }

    @Test
    void whatEndsBeforeItsEndIsNotKept() throws IOException {
        // given
        InputStream breaks = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the connection is gone");
            }
        };

        // when / then
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> uploads.receive("a.csv", -1, breaks)).withMessageStartingWith("MEDTUNE000885");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> uploads.receive("a.csv", 9, new ByteArrayInputStream(new byte[3])))
                .withMessageStartingWith("MEDTUNE000885: The upload ended early, after 3 bytes.");
        assertThat(remains()).isZero();
    }

    @Test
    void uploadsAreForgottenAfterADay() throws IOException {
        // given
        Upload old = receive("a.csv", CSV);
        Files.setLastModifiedTime(folder.resolve("var/uploads").resolve(old.id()),
                FileTime.from(Instant.now().minus(Duration.ofHours(25))));

        // when
        Upload other = receive("b.csv", CSV);

        // then
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> uploads.file(old.id()));
        assertThat(uploads.file(other.id())).exists();
    }

    private Upload receive(String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return uploads.receive(name, bytes.length, new ByteArrayInputStream(bytes));
    }

    private long remains() throws IOException {
        try (Stream<Path> children = Files.list(folder.resolve("var/uploads"))) {
            return children.count();
        }
    }
}
