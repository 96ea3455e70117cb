package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A named pair of texts: the training form, which an example is put into to be learned, and the inference form, which a
 * question is put into to be answered. An adapter must be asked in the form that belongs to the one it was trained in,
 * so its folder records the name.
 *
 * <p>The texts are resources {@code prompts/NAME/training.txt} and {@code inference.txt} with the places
 * <code>{question}</code>, <code>{reasoning}</code> and <code>{response}</code>. Values are put in literally.
 */
public final class PromptTemplate {

    /** Its inference form is exactly the beginning of its training form. */
    public static final String DEFAULT_NAME = "medical-reasoning";

    /**
     * The shipped templates. {@code medical-reasoning-tutorial} has the inference form of the fine-tuning tutorial that
     * the recipe follows: it lacks the line end after the opening tag, which the training form has.
     */
    private static final List<String> NAMES = List.of(DEFAULT_NAME, "medical-reasoning-tutorial");

    private static final Pattern PLACE = Pattern.compile("\\{(question|reasoning|response)}");

    private final String name;
    private final String trainingForm;
    private final String inferenceForm;

    private PromptTemplate(String name, String trainingForm, String inferenceForm) {
        this.name = name;
        this.trainingForm = trainingForm;
        this.inferenceForm = inferenceForm;
    }

    /** The names of the shipped templates, the default first. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * The template of a name.
     *
     * @throws org.medtune.InvalidInputException if there is no such template
     */
    public static PromptTemplate named(String name) {
        if (!NAMES.contains(name)) {
            throw MESSAGES.unknownPromptTemplate(name, String.join(", ", NAMES));
        }
        return new PromptTemplate(name, resource(name, "training.txt"), resource(name, "inference.txt"));
    }

    /** The name under which {@link #named} finds it. */
    public String name() {
        return name;
    }

    /**
     * The text to learn.
     *
     * @param endOfSentenceToken put at the end, so that the model learns where an answer ends
     */
    public String trainingText(ReasoningExample example, String endOfSentenceToken) {
        return fill(trainingForm, Map.of(
                        "question", example.question(),
                        "reasoning", example.reasoning(),
                        "response", example.response()))
                + endOfSentenceToken;
    }

    /** The text that a question is asked with; the model goes on from its end. */
    public String inferencePrompt(String question) {
        return fill(inferenceForm, Map.of("question", question));
    }

    /** One pass over the form, so that a value that looks like a place stays as it is. */
    private static String fill(String form, Map<String, String> values) {
        return PLACE.matcher(form).replaceAll(place -> Matcher.quoteReplacement(values.get(place.group(1))));
    }

    private static String resource(String name, String form) {
        String path = "prompts/" + name + "/" + form;
        try (InputStream in = PromptTemplate.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + path + " is missing from the application");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
