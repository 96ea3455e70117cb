package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.testing.Golden;

class ModelConfigurationReaderTest {

    private static final String SIZES = "'hidden_size': 64, 'intermediate_size': 96, 'num_hidden_layers': 3, "
            + "'num_attention_heads': 8, 'vocab_size': 100";

    @TempDir
    private Path folder;

    @Test
    void theEmbeddedModelIsUnderstood() {
        // when
        ModelConfiguration read = ModelConfigurationReader.read(Golden.MODEL.resolve("config.json"));

        // then
        assertThat(read).usingRecursiveComparison().isEqualTo(new ModelConfiguration("qwen2", 384, 1024, 6, 6, 2, 64,
                8192, 1e-6, new RotaryEmbedding(10_000, new RotaryEmbedding.Unscaled()), true, true, false, false, 2048,
                List.of(8185)));
    }

    @Test
    void whatIsAbsentHasTransformersDefaults() throws IOException {
        // when
        ModelConfiguration qwen = read("'model_type': 'qwen2', " + SIZES);
        ModelConfiguration llama = read("'model_type': 'llama', " + SIZES);

        // then
        assertThat(qwen.keyValueHeads()).isEqualTo(8);
        assertThat(qwen.headSize()).isEqualTo(8);
        assertThat(qwen.rmsNormEpsilon()).isEqualTo(1e-6);
        assertThat(qwen.rotaryEmbedding()).isEqualTo(new RotaryEmbedding(10_000, new RotaryEmbedding.Unscaled()));
        assertThat(qwen.tiedEmbeddings()).isFalse();
        assertThat(qwen.endOfSentenceIds()).isEmpty();
        assertThat(qwen.maxPositionEmbeddings()).isEqualTo(32768);
        assertThat(llama.maxPositionEmbeddings()).isEqualTo(2048);
    }

    @Test
    void biasesAreWhereTheArchitectureHasThem() throws IOException {
        // when
        ModelConfiguration qwen = read("'model_type': 'qwen2', " + SIZES);
        ModelConfiguration llama = read("'model_type': 'llama', " + SIZES);
        ModelConfiguration biased =
                read("'model_type': 'llama', 'attention_bias': true, 'mlp_bias': true, " + SIZES);

        // then
        assertThat(qwen.queryKeyValueBias()).isTrue();
        assertThat(qwen.outputBias() || qwen.mlpBias()).isFalse();
        assertThat(llama.queryKeyValueBias() || llama.outputBias() || llama.mlpBias()).isFalse();
        assertThat(biased.queryKeyValueBias() && biased.outputBias() && biased.mlpBias()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'rope_theta': 500000.0",
        "'rope_theta': 500000, 'rope_scaling': null",
        "'rope_parameters': {'rope_theta': 500000.0, 'rope_type': 'default'}",
        "'rope_theta': 500000.0, 'rope_parameters': {'rope_type': 'default'}",
        "'rope_theta': 1.0, 'rope_parameters': {'rope_theta': 500000.0}"
    })
    void theBaseOfTheRotaryEmbeddingIsReadFromEitherForm(String rope) throws IOException {
        assertThat(read("'model_type': 'llama', " + SIZES + ", " + rope).rotaryEmbedding())
                .isEqualTo(new RotaryEmbedding(500_000, new RotaryEmbedding.Unscaled()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'rope_theta': 20000.0, 'rope_scaling': {'type': 'linear', 'factor': 4.0}",
        "'rope_theta': 20000.0, 'rope_scaling': {'rope_type': 'linear', 'factor': 4}",
        "'rope_parameters': {'rope_theta': 20000.0, 'rope_type': 'linear', 'factor': 4.0}"
    })
    void linearStretchingIsReadFromEitherForm(String rope) throws IOException {
        assertThat(read("'model_type': 'llama', " + SIZES + ", " + rope).rotaryEmbedding())
                .isEqualTo(new RotaryEmbedding(20_000, new RotaryEmbedding.Linear(4)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'rope_theta': 500000.0, 'rope_scaling': {", "'rope_parameters': {'rope_theta': 500000.0, "
    })
    void theStretchingOfLlama3IsReadFromEitherForm(String beginning) throws IOException {
        assertThat(read("'model_type': 'llama', " + SIZES + ", " + beginning + "'rope_type': 'llama3', 'factor': 8.0, "
                + "'low_freq_factor': 1.0, 'high_freq_factor': 4.0, 'original_max_position_embeddings': 8192}")
                .rotaryEmbedding())
                .isEqualTo(new RotaryEmbedding(500_000, new RotaryEmbedding.Llama3(8, 1, 4, 8192)));
    }

    @Test
    void aGivenHeadSizeStandsForItself() throws IOException {
        // when
        ModelConfiguration read = read("'model_type': 'llama', 'head_dim': 32, 'num_key_value_heads': 2, " + SIZES);

        // then
        assertThat(read.headSize()).isEqualTo(32);
        assertThat(read.queryWidth()).isEqualTo(256);
        assertThat(read.keyValueWidth()).isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"7 | 7", "[7, 9] | 7,9", "null | ''", "[] | ''"})
    void endOfSentenceIsANumberOrAList(String json, String expected) throws IOException {
        assertThat(read("'model_type': 'qwen2', 'eos_token_id': " + json + ", " + SIZES).endOfSentenceIds())
                .hasToString("[" + expected.replace(",", ", ") + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mistral", "qwen3", ""})
    void anUnknownArchitectureIsNamed(String type) {
        assertThatThrownBy(() -> read("'model_type': '" + type + "', " + SIZES))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000204: ")
                .hasMessageContaining("'" + type + "'")
                .hasMessageContaining("qwen2 or llama");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "'hidden_act': 'gelu'                                  | hidden_act to gelu            | it is silu",
        "'use_sliding_window': true                            | use_sliding_window to true    | it is false",
        "'quantization_config': {'quant_method': 'gptq'}       | quantization_config to present | absent",
        "'rope_scaling': {'rope_type': 'yarn', 'factor': 4} | rope_type to yarn | default, linear or llama3",
        "'rope_parameters': {'rope_type': 'dynamic'} | rope_type to dynamic | default, linear or llama3",
        "'rope_scaling': {'type': 'linear'}                    | factor to absent              | a number",
        "'rope_scaling': {'type': 'linear', 'factor': 'four'}  | factor to \"four\"            | a number",
        "'num_key_value_heads': 3                              | num_key_value_heads to 3      | a divisor",
        "'num_key_value_heads': 0                              | num_key_value_heads to 0      | a positive integer",
        "'head_dim': 7                                         | head_dim to 7                 | an even number",
        "'hidden_size': -64                                    | hidden_size to -64            | a positive integer",
        "'hidden_size': '64'                                   | hidden_size to \"64\"         | a positive integer",
        "'vocab_size': null                                    | vocab_size to null            | a positive integer"
    })
    void whatCannotBeComputedIsRefusedWithItsNameAndValue(String setting, String refused, String supported) {
        assertThatThrownBy(() -> read("'model_type': 'qwen2', " + SIZES + ", " + setting))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000205: ")
                .hasMessageContaining(file().toString())
                .hasMessageContaining(refused)
                .hasMessageContaining(supported);
    }

    @Test
    void aSizeThatIsAbsentIsNamed() {
        assertThatThrownBy(() -> read("'model_type': 'qwen2'"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("num_attention_heads to absent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"model_type\": ", "no JSON", "[]", "", "null", "\"qwen2\""})
    void whatIsNoJsonObjectIsMalformed(String content) throws IOException {
        Files.writeString(file(), content);
        assertThatThrownBy(() -> ModelConfigurationReader.read(file()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000203: ")
                .hasMessageContaining(file().toString());
    }

    @Test
    void aFileThatIsNotUtf8IsMalformed() throws IOException {
        Files.write(file(), new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'});
        assertThatThrownBy(() -> ModelConfigurationReader.read(file()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000203: ");
    }

    /** Later settings win over earlier ones of the same name. */
    private ModelConfiguration read(String settings) throws IOException {
        Files.writeString(file(), ("{" + settings + "}").replace('\'', '"'));
        return ModelConfigurationReader.read(file());
    }

    private Path file() {
        return folder.resolve("config.json");
    }
}
