package org.medtune.testing;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.*;
import java.nio.file.*;
import java.util.*;

public final class GoldenRows {
    private static final List<int[]> ROWS = load();
    private static List<int[]> load() {
        try (HuggingFaceTokenizer t = HuggingFaceTokenizer.builder().optTokenizerPath(Golden.MODEL.resolve("tokenizer.json")).optAddSpecialTokens(false).optTruncation(false).build()) {
            List<int[]> rows = new ArrayList<>();
            String g = Golden.json("format").get(0).get("text").asText(); JsonNode r0 = Golden.json("format").get(0).get("row");
            String tpl = g.replace(r0.get("Question").asText(), "@Q@").replace(r0.get("Complex_CoT").asText(), "@C@").replace(r0.get("Response").asText(), "@R@");
            for (String l : Files.readAllLines(Path.of("data/medical-reasoning-sample-zh.jsonl"))) { if (rows.size() == 80) break;
                JsonNode r = new ObjectMapper().readTree(l);
                String text = tpl.replace("@Q@", r.get("Question").asText()).replace("@C@", r.get("Complex_CoT").asText()).replace("@R@", r.get("Response").asText());
                long[] ids = t.encode(text).getIds(); int[] o = new int[Math.min(640, ids.length + 1)]; o[0] = 8188; for (int i = 1; i < o.length; i++) o[i] = (int) ids[i - 1]; rows.add(o);
            }
            return rows;
        } catch (Exception e) { throw new RuntimeException(e); }
    }
    public static int[] tokenIds(int row) { return ROWS.get(row); }
}
