package org.medtune.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.dataset.DatasetSchema;
import org.medtune.dataset.FieldNames;
import org.medtune.model.ModelFolder;
import org.medtune.ops.MedtuneHome;

class CatalogueTest {

    private static final Path EMBEDDED = Path.of("models", "tiny-med-qwen2").toAbsolutePath();
    private static final Path TABLES = Path.of("src", "test", "resources", "tables");
    private static final Path GOLDEN_ADAPTER = Path.of("src", "test", "resources", "golden", "lora-r16-final");

    @TempDir
    private Path folder;

    private MedtuneHome home;
    private Models models;
    private Datasets datasets;

    @BeforeEach
    void setUp() throws IOException {
        home = new MedtuneHome(folder.resolve("var"), Files.createDirectories(folder.resolve("models")),
                Files.createDirectories(folder.resolve("data")));
        models = new Models(home);
        datasets = new Datasets(home);
    }

    @AfterEach
    void close() {
        models.close();
        datasets.close();
    }

    @Test
    void aModelIsShownWithWhatItIs() throws IOException {
        // given: on another disk, as it were
        Files.createSymbolicLink(home.modelsFolder().resolve("tiny"), EMBEDDED);

        // when
        ModelEntry model = await().until(() -> models.find("tiny"), found -> found.fingerprint() != null);

        // then
        assertThat(model.architecture()).isEqualTo("qwen2");
        // as the model's own description counts them: 12.6 million
        assertThat(model.parameters()).isEqualTo(12_591_744);
        assertThat(model.types()).containsExactly("BF16");
        assertThat(model.layers()).isEqualTo(6);
        assertThat(model.tokenizer()).isNotBlank();
        assertThat(model.bytes()).isGreaterThan(25_000_000);
        assertThat(model.fingerprint()).isEqualTo(ModelFolder.open(EMBEDDED).fingerprint());
        assertThat(model.complete()).isTrue();
        assertThat(model.problem()).isNull();
    }

    @Test
    void aModelThatLacksAShardIsNotComplete() throws IOException {
        // given
        copy(EMBEDDED, home.modelsFolder().resolve("half"));
        Files.delete(home.modelsFolder().resolve("half/model-00002-of-00002.safetensors"));

        // when
        ModelEntry model = models.find("half");

        // then
        assertThat(model.complete()).isFalse();
        assertThat(model.problem()).contains("has no model-00002-of-00002.safetensors");
    }

    @Test
    void aModelWithADamagedTokenizerIsNotComplete() throws IOException {
        // given
        copy(EMBEDDED, home.modelsFolder().resolve("mute"));
        Files.writeString(home.modelsFolder().resolve("mute/tokenizer.json"), "{}");

        // when / then
        assertThat(await().until(() -> models.find("mute"), found -> found.fingerprint() != null).problem())
                .contains("MEDTUNE000181");
    }

    @Test
    void aDownloadThatIsNotCompleteIsShownAsThat() throws IOException {
        // given
        Files.createDirectories(home.modelsFolder().resolve(".download-DeepSeek"));
        Files.createDirectories(home.modelsFolder().resolve(".other"));

        // when / then
        assertThat(models.list()).singleElement().satisfies(model -> {
            assertThat(model.name()).isEqualTo("DeepSeek");
            assertThat(model.complete()).isFalse();
            assertThat(model.problem()).startsWith("MEDTUNE000887: The download of DeepSeek is not complete.");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../models/tiny", "/tmp", "none", ".download-x", ""})
    void onlyModelsInTheirFolderAreFound(String name) {
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> models.find(name))
                .withMessageStartingWith("MEDTUNE000878");
    }

    @Test
    void theTutorialsDatasetIsKnownByItsSchema() throws IOException {
        // given
        Files.writeString(home.dataFolder().resolve("medical_o1_sft_Chinese.json"), """
                [
                  {"Question": "问", "Complex_CoT": "想", "Response": "答"},
                  {"Question": "问", "Complex_CoT": "", "Response": "答"}
                ]
                """);

        // when
        DatasetEntry dataset = examined("medical_o1_sft_Chinese.json");

        // then
        assertThat(dataset.format()).isEqualTo("JSON");
        assertThat(dataset.columns()).containsExactly("Question", "Complex_CoT", "Response");
        assertThat(dataset.schema()).isEqualTo(DatasetSchema.MEDICAL_O1);
        assertThat(dataset.fields()).isEqualTo(FieldNames.DEFAULT);
        assertThat(dataset.rows()).isEqualTo(2);
        assertThat(dataset.rejected()).isEqualTo(1);
        assertThat(dataset.rejects()).singleElement().satisfies(reject -> {
            assertThat(reject.row()).isEqualTo(2);
            assertThat(reject.reason()).contains("'Complex_CoT' is blank");
        });
        assertThat(dataset.problem()).isNull();
    }

    @Test
    void tablesAreShownWithTheirColumns() throws IOException {
        // given
        Files.createDirectories(home.dataFolder().resolve("fetched/deep"));
        Files.copy(TABLES.resolve("pyarrow-zstd.parquet"), home.dataFolder().resolve("fetched/deep/a.parquet"));
        Files.copy(TABLES.resolve("duckdb.csv"), home.dataFolder().resolve("b.csv"));
        Files.writeString(home.dataFolder().resolve("notes.txt"), "no dataset");
        Files.writeString(home.dataFolder().resolve(".hidden.json"), "[]");

        // when
        List<DatasetEntry> all = datasets.list();

        // then
        assertThat(all.stream().map(DatasetEntry::name)).containsExactly("b.csv", "fetched/deep/a.parquet");
        assertThat(all.get(1).format()).isEqualTo("PARQUET");
        assertThat(all.get(1).columns()).containsExactly("id", "Question", "tags", "Complex_CoT", "Response");
        assertThat(examined("fetched/deep/a.parquet").rows()).isEqualTo(6);
        assertThat(examined("b.csv").sha256()).matches("[0-9a-f]{64}");
    }

    @Test
    void otherNamesOfTheFieldsAreUnderstoodAndUnknownOnesAreTold() throws IOException {
        // given
        Files.writeString(home.dataFolder().resolve("a.csv"), "Instruction,CoT,Output\nq,c,r\n");
        Files.writeString(home.dataFolder().resolve("b.jsonl"), "{\"frage\": \"q\", \"antwort\": \"r\"}");
        Files.writeString(home.dataFolder().resolve("c.json"), "[1, 2");
        Files.writeString(home.dataFolder().resolve("d.json"), "<html>");

        // when / then
        assertThat(examined("a.csv").fields()).isEqualTo(new FieldNames("Instruction", "CoT", "Output"));
        assertThat(examined("b.jsonl").problem()).contains("which of its fields frage, antwort are question");
        assertThat(examined("c.json").problem()).startsWith("MEDTUNE000876");
        assertThat(examined("d.json").problem()).startsWith("MEDTUNE000405");
    }

    @Test
    void aDatasetThatChangesIsReadAgain() throws IOException {
        // given
        Path file = Files.writeString(home.dataFolder().resolve("a.csv"), "Question,Complex_CoT,Response\nq,c,r\n");
        assertThat(examined("a.csv").rows()).isEqualTo(1);

        // when
        Files.writeString(file, "Question,Complex_CoT,Response\nq,c,r\nq,c,r\n");

        // then
        assertThat(examined("a.csv").rows()).isEqualTo(2);
    }

    @Test
    void aLinkToAnotherFolderIsNoDataset() throws IOException {
        // given
        Path secret = Files.writeString(folder.resolve("secret.json"), "[{\"Question\": \"secret\"}]");
        Files.createSymbolicLink(home.dataFolder().resolve("link.json"), secret);

        // when / then
        assertThat(datasets.list()).isEmpty();
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> datasets.file("link.json"));
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> datasets.delete("link.json"));
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> datasets.delete("../secret.json"));
        assertThat(secret).exists();
    }

    @Test
    void aDatasetIsDeleted() throws IOException {
        // given
        Path file = Files.writeString(home.dataFolder().resolve("a.json"), "[]");

        // when
        datasets.delete("a.json");

        // then
        assertThat(file).doesNotExist();
    }

    @Test
    void anAdapterIsShownWithItsBaseAndTheRunThatMadeIt() throws IOException {
        // given
        Files.createSymbolicLink(home.modelsFolder().resolve("tiny"), EMBEDDED);
        String fingerprint = await().until(() -> models.find("tiny").fingerprint(), found -> found != null);
        Path adapter = home.adapters().resolve("mine");
        copy(GOLDEN_ADAPTER, adapter);
        Files.writeString(adapter.resolve("medtune.json"), """
                {"promptTemplate": "medical-reasoning", "maxSequenceLength": 2048, "step": 60, "baseModel": "%s",
                 "baseQuantization": "nf4"}""".formatted(fingerprint));
        Path run = Files.createDirectories(home.runs().resolve("fine-tune-7"));
        Files.writeString(run.resolve("run.json"), "{\"instanceId\": 7, \"created\": \"x\", \"parameters\": {}}");
        Files.writeString(run.resolve("report.json"), "{\"adapter\": {\"name\": \"mine\"}}");
        Files.createDirectories(home.adapters().resolve("empty"));

        // when
        List<AdapterEntry> all = new Adapters(home, models).list();

        // then
        assertThat(all.get(0).name()).isEqualTo("empty");
        assertThat(all.get(0).complete()).isFalse();
        assertThat(all.get(0).problem()).contains("adapter_config.json");
        AdapterEntry mine = all.get(1);
        assertThat(mine.r()).isEqualTo(16);
        assertThat(mine.modules()).contains("q_proj", "down_proj").hasSize(7);
        assertThat(mine.baseInstalled()).isEqualTo("tiny");
        assertThat(mine.steps()).isEqualTo(60);
        assertThat(mine.quantization()).isEqualTo("nf4");
        assertThat(mine.run()).isEqualTo(7);
        assertThat(mine.complete()).isTrue();
    }

    @Test
    void aRowIsShownAsAModelSeesIt() {
        // when
        Preview preview = Preview.of(TABLES.resolve("duckdb.csv"), Optional.empty(), EMBEDDED, "medical-reasoning", 100,
                2);

        // then
        assertThat(preview.row()).isEqualTo(2);
        assertThat(preview.text()).contains("<think>").endsWith("<｜end▁of▁sentence｜>");
        assertThat(preview.tokens()).isGreaterThan(100);
        assertThat(preview.truncated()).isTrue();
        assertThat(preview.pieces().get(preview.pieces().size() - 1).text()).isEqualTo("<｜end▁of▁sentence｜>");
        // characters that are cut into several tokens are shown whole; the model begins with a token of its own
        assertThat(preview.pieces().stream().map(Preview.Piece::text).collect(Collectors.joining()))
                .isEqualTo("<｜begin▁of▁sentence｜>" + preview.text());
        assertThat(preview.pieces().stream().mapToInt(piece -> piece.ids().size()).sum()).isEqualTo(preview.tokens());
        assertThat(preview.pieces()).anyMatch(piece -> piece.ids().size() > 1);
    }

    @Test
    void aRowThatCannotBeUsedIsShownWithTheReason() {
        assertThat(Preview.of(TABLES.resolve("duckdb.csv"), Optional.empty(), EMBEDDED, "medical-reasoning", 100, 4)
                .rejection()).isEqualTo("MEDTUNE000422: The field 'Complex_CoT' is blank.");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Preview.of(TABLES.resolve("duckdb.csv"), Optional.empty(), EMBEDDED,
                        "medical-reasoning", 100, 7))
                .withMessage("MEDTUNE000886: The dataset has no row 7; it has 6 rows.");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Preview.of(TABLES.resolve("duckdb.csv"), Optional.empty(), EMBEDDED, "none", 100, 1));
    }

    private DatasetEntry examined(String name) {
        return await().until(() -> datasets.find(name), DatasetEntry::examined);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }
}
