package org.medtune.evaluation;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of multiple-choice questions, a JSON array or JSON lines, with the fields of HuatuoGPT-o1's evaluation sets:
 * {@code question}; {@code options}, an object of letters and texts, or an array of texts; {@code answer_idx}, the
 * letter of the right option, or {@code answer}, its letter or its text.
 *
 * @param file UTF-8
 */
public record ChoiceFile(Path file) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_OPTIONS = 14;

    /**
     * The first questions.
     *
     * @param most at most so many; 0 for all
     * @throws org.medtune.InvalidInputException naming the first row that is no question, or if there is none
     * @throws org.medtune.RecoverableException if the file cannot be read
     */
    public List<ChoiceQuestion> read(int most) {
        List<ChoiceQuestion> questions = new ArrayList<>();
        try (MappingIterator<JsonNode> rows = MAPPER.readerFor(JsonNode.class).readValues(file.toFile())) {
            while (rows.hasNextValue() && (most == 0 || questions.size() < most)) {
                questions.add(question(questions.size() + 1, rows.nextValue()));
            }
        } catch (JsonProcessingException e) {
            throw MESSAGES.noChoiceQuestion(questions.size() + 1, file, e.getOriginalMessage());
        } catch (IOException e) {
            throw MESSAGES.cannotRead(file, e.toString(), e);
        }
        if (questions.isEmpty()) {
            throw MESSAGES.noChoiceQuestion(1, file, "the file has no rows");
        }
        return questions;
    }

    private ChoiceQuestion question(int row, JsonNode json) {
        String question = json.path("question").asText();
        if (question.isBlank()) {
            throw MESSAGES.noChoiceQuestion(row, file, "it has no text in the field question");
        }
        List<String> options = options(row, json.path("options"));
        String answer = json.path(json.has("answer_idx") ? "answer_idx" : "answer").asText().strip();
        for (int i = 0; i < options.size(); i++) {
            if (ChoiceReading.letter(i).equalsIgnoreCase(answer) || options.get(i).strip().equals(answer)) {
                return new ChoiceQuestion(question, options, ChoiceReading.letter(i));
            }
        }
        throw MESSAGES.noChoiceQuestion(row, file, "its answer '" + answer + "' is none of its options");
    }

    private List<String> options(int row, JsonNode json) {
        List<String> options = new ArrayList<>();
        json.elements().forEachRemaining(option -> options.add(option.asText()));
        if (json.isObject()) {
            int index = 0;
            for (String letter : (Iterable<String>) json::fieldNames) {
                if (!letter.equals(ChoiceReading.letter(index++))) {
                    throw MESSAGES.noChoiceQuestion(row, file, "its options are not named A, B and so on, in order");
                }
            }
        }
        if (options.size() < 2 || options.size() > MOST_OPTIONS || options.stream().anyMatch(String::isBlank)) {
            throw MESSAGES.noChoiceQuestion(row, file, "it needs 2 to " + MOST_OPTIONS + " options that are not blank "
                    + "in the field options");
        }
        return options;
    }
}
