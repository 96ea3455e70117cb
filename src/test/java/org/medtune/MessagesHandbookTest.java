package org.medtune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The handbook's table of messages against the bundle. */
class MessagesHandbookTest {

    private static final Path BUNDLE = Path.of("src/main/java/org/medtune/MedtuneMessages.java");
    private static final Path HANDBOOK = Path.of("docs/messages.md");
    private static final Pattern ID = Pattern.compile("@Message\\(id = (\\d+),");
    private static final Pattern ROW = Pattern.compile("\\| MEDTUNE(\\d{6}) \\|([^|]+)\\|(.+)\\|([^|]+)\\|");

    @Test
    void hasARowForEachMessageAndForNoOther() throws IOException {
        TreeSet<Integer> bundle = ids(Files.readString(BUNDLE).lines(), ID);
        TreeSet<Integer> handbook = ids(rows().stream(), ROW);

        assertThat(bundle).hasSizeGreaterThan(200);
        assertThat(handbook).as("ids in docs/messages.md, which has a row for each message of the bundle")
                .isEqualTo(bundle);
    }

    @Test
    void saysInEveryRowWhatToDo() throws IOException {
        assertThat(rows()).allSatisfy(row -> {
            assertThat(row).matches(ROW);
            assertThat(Stream.of(row.split("\\|")).skip(1).map(String::strip)).noneMatch(String::isEmpty);
        });
    }

    @Test
    void isInOrder() throws IOException {
        assertThat(rows()).isSorted().doesNotHaveDuplicates();
    }

    private static List<String> rows() throws IOException {
        return Files.readAllLines(HANDBOOK).stream().filter(line -> line.startsWith("| MEDTUNE")).toList();
    }

    private static TreeSet<Integer> ids(Stream<String> lines, Pattern pattern) {
        return lines.map(pattern::matcher).filter(matcher -> matcher.find()).map(matcher -> Integer.valueOf(matcher.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
