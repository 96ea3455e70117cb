package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {

    /** Small files, so that some lines fill them. */
    private static final int FILE_LENGTH = 1000;

    @TempDir
    private Path parent;

    private Path folder;
    private RunLog log;

    @BeforeEach
    void prepare() {
        folder = parent.resolve("fine-tune-7");
        log = new RunLog(folder, FILE_LENGTH);
    }

    @Test
    void aRunWithoutALogHasNoLines() {
        assertThat(log.read(0, 100)).isEqualTo(new RunLog.Page(0, 0, 0, List.of()));
        assertThat(log.read(50, 100).next()).isZero();
    }

    @Test
    void aPositionWithinTheLastLineOfAFullFileGoesOnInTheNext() throws IOException {
        // given
        for (int i = 0; i < 30; i++) {
            log.append("line " + i + " " + "x".repeat(80));
        }
        List<Path> files = files();
        long behindFirst = Files.size(files.get(0));

        // when
        RunLog.Page page = log.read(behindFirst - 5, 200);

        // then
        assertThat(files).hasSizeGreaterThan(2);
        assertThat(page.from()).isEqualTo(behindFirst);
        assertThat(page.lines()).isNotEmpty();
    }

    @Test
    void keepsItsOrderInEveryLanguage() throws IOException {
        // given: a language with digits of its own
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            for (int i = 0; i < 20; i++) {
                log.append("line " + i + " " + "x".repeat(80));
            }
        } finally {
            Locale.setDefault(before);
        }

        // then
        assertThat(log.read(0, 500).lines().get(0)).startsWith("line 0 ");
        assertThat(files()).allMatch(file -> file.getFileName().toString().matches("[0-9]{19}\\.log"));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void pagesFollowEachOtherWithoutGapOrRepetition() throws IOException {
        // given
        List<String> written = IntStream.range(0, 60).mapToObj(i -> "Zeile " + i + " 肺炎").toList();
        for (String line : written) {
            log.append(line + "\n");
        }

        // when: read in pages much shorter than all, and longer than a line
        List<String> read = new ArrayList<>();
        RunLog.Page page = log.read(0, 50);
        while (!page.lines().isEmpty()) {
            assertThat(String.join("\n", page.lines()).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(50);
            read.addAll(page.lines());
            page = log.read(page.next(), 50);
        }

        // then
        assertThat(read).isEqualTo(written);
        assertThat(page.next()).isEqualTo(page.end());
    }

    @Test
    void aReaderGoesOnWhereItWasWhenMoreHasCome() throws IOException {
        log.append("one\n");
        RunLog.Page first = log.read(0, 1000);
        log.append("two\n");

        assertThat(first.lines()).containsExactly("one");
        assertThat(log.read(first.next(), 1000).lines()).containsExactly("two");
    }

    @Test
    void theOldestLinesGoAndPositionsStay() throws IOException {
        // given
        log.append("the first line\n");
        RunLog.Page first = log.read(0, 1000);

        // when: ten times of what is kept
        for (int i = 0; i < 1000; i++) {
            log.append(String.format("%039d\n", i));
        }

        // then: bounded, and the newest is there
        assertThat(log.bytes()).isLessThanOrEqualTo(4 * FILE_LENGTH);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(4);
        }
        RunLog.Page rest = log.read(first.next(), 1_000_000);
        assertThat(rest.from()).isGreaterThan(first.next());
        assertThat(rest.end()).isEqualTo(15 + 1000 * 40);
        assertThat((rest.from() - 15) % 40).isZero();
        assertThat(Long.parseLong(rest.lines().get(0))).isEqualTo((rest.from() - 15) / 40);
        assertThat(log.read(rest.end() - 40, 1000).lines()).containsExactly(String.format("%039d", 999));
    }

    @Test
    void aPositionWithinALineBeginsWithTheNext() throws IOException {
        log.append("one\ntwo\nthree\n");

        assertThat(log.read(1, 100)).isEqualTo(new RunLog.Page(4, 14, 14, List.of("two", "three")));
        assertThat(log.read(4, 100).lines()).containsExactly("two", "three");
        assertThat(log.read(4, 1).lines()).containsExactly("two");
        assertThat(log.read(99, 100).lines()).isEmpty();
    }

    @Test
    void whatAKilledServerLeftUnfinishedIsALineOfItsOwn() throws IOException {
        // given
        log.append("whole\n");
        Path file = folder.resolve(String.format("%019d.log", 0));
        Files.writeString(file, "half a li", StandardOpenOption.APPEND);

        // when: read before anybody writes again
        RunLog.Page before = log.read(0, 1000);
        // when: the next life of the server goes on
        new RunLog(folder, FILE_LENGTH).append("after\n");

        // then
        assertThat(before.lines()).containsExactly("whole");
        assertThat(log.read(before.next(), 1000).lines()).containsExactly("half a li", "after");
    }

    @Test
    void aRecordThatIsTooLongIsCutBetweenTwoCharacters() throws IOException {
        RunLog large = new RunLog(folder);

        large.append("a" + "炎".repeat(RunLog.LONGEST_RECORD) + "\n");
        large.append("next\n");

        RunLog.Page page = large.read(0, 1);
        assertThat(page.lines()).singleElement().asString().matches("a炎+").hasSizeGreaterThan(20_000);
        assertThat(page.next()).isLessThanOrEqualTo(RunLog.LONGEST_RECORD);
        assertThat(large.read(page.next(), 100).lines()).containsExactly("next");
    }
}
