package org.medtune.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

class RootFolderTest {

    @TempDir
    private Path folder;

    private RootFolder root;

    @BeforeEach
    void fill() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data/inner"));
        Files.writeString(data.resolve("rows.jsonl"), "{}");
        Files.writeString(folder.resolve("data/医学 数据(1).json"), "[]");
        Files.writeString(folder.resolve("secret.json"), "[]");
        root = new RootFolder(folder.resolve("data"));
    }

    @Test
    void namesBelowTheRootAreFound() {
        assertThat(root.find("医学 数据(1).json")).hasValue(folder.resolve("data/医学 数据(1).json"));
        assertThat(root.find("inner/rows.jsonl")).isPresent();
        assertThat(root.find("none.json")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", ".", "..", "../secret.json", "inner/../../secret.json", "/etc/passwd", "\\..\\secret.json", ".hidden",
        "%2e%2e%2fsecret.json", "..%2fsecret.json", "inner//rows.jsonl", "a\0b", "C:\\secret.json", "inner/",
        "name.", "name ", " name", "~root", "$HOME", "a\nb"})
    void namesThatCouldLeadElsewhereAreNone(String name) {
        assertThat(root.find(name)).isEmpty();
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> root.place(name))
                .withMessageStartingWith("MEDTUNE000873: The name '" + name + "' is not allowed.");
    }

    @Test
    void aPlaceIsDirectlyBelow() {
        assertThat(root.place("new.csv")).isEqualTo(folder.resolve("data/new.csv"));
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> root.place("inner/new.csv"));
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> root.place("x".repeat(151)));
    }

    @Test
    void linksThatLeadOutAreNotFollowed() throws IOException {
        // given
        Files.createSymbolicLink(folder.resolve("data/file.json"), folder.resolve("secret.json"));
        Files.createSymbolicLink(folder.resolve("data/up"), folder);
        Files.createSymbolicLink(folder.resolve("data/within.jsonl"), folder.resolve("data/inner/rows.jsonl"));

        // when / then
        assertThat(root.find("file.json")).isEmpty();
        assertThat(root.find("up/secret.json")).isEmpty();
        assertThat(root.find("within.jsonl")).isPresent();
    }

    @Test
    void theRootMayItselfBeALink() throws IOException {
        // given
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("data"));

        // when / then
        assertThat(new RootFolder(link).find("inner/rows.jsonl")).isPresent();
    }
}
