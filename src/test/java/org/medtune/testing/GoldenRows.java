package org.medtune.testing;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Token ids of the rows of the recorded training run, made from the sample data by the tokenizer's own library. */
public final class GoldenRows {

    private static final int COUNT = 80;
    private static final int LONGEST = 640;
    private static final int BEGIN_OF_SENTENCE = 8188;
    private static final List<String> FIELDS = List.of("Question", "Complex_CoT", "Response");

    private static final List<int[]> ROWS = load();

    private GoldenRows() {}

    /** A row: the begin token, then the text, cut at 640. */
    public static int[] tokenIds(int row) {
        return ROWS.get(row).clone();
    }

    private static List<int[]> load() {
        String template = template();
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.builder()
                        .optTokenizerPath(Golden.MODEL.resolve("tokenizer.json"))
                        .optAddSpecialTokens(false)
                        .optTruncation(false)
                        .build();
                Stream<String> lines = Files.lines(Path.of("data/medical-reasoning-sample-zh.jsonl"))) {
            return lines.limit(COUNT)
                    .map(line -> filled(template, line))
                    .map(text -> tokenizer.encode(text).getIds())
                    .map(ids -> LongStream.concat(LongStream.of(BEGIN_OF_SENTENCE), LongStream.of(ids))
                            .limit(LONGEST).mapToInt(Math::toIntExact).toArray())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of the first recorded row with a mark in the place of each field. */
    private static String template() {
        JsonNode first = Golden.json("format").get(0);
        String text = first.get("text").asText();
        for (int i = 0; i < FIELDS.size(); i++) {
            text = text.replace(first.get("row").get(FIELDS.get(i)).asText(), mark(i));
        }
        return text;
    }

    private static String filled(String template, String line) {
        try {
            JsonNode row = new ObjectMapper().readTree(line);
            return IntStream.range(0, FIELDS.size()).boxed().reduce(template,
                    (text, i) -> text.replace(mark(i), row.get(FIELDS.get(i)).asText()), String::concat);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String mark(int field) {
        return "@" + field + "@";
    }
}
