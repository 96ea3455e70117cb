package org.medtune.web.openapi;

import com.github.therapi.runtimejavadoc.ClassJavadoc;
import com.github.therapi.runtimejavadoc.Comment;
import com.github.therapi.runtimejavadoc.CommentFormatter;
import com.github.therapi.runtimejavadoc.MethodJavadoc;
import com.github.therapi.runtimejavadoc.ParamJavadoc;
import com.github.therapi.runtimejavadoc.RuntimeJavadoc;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;

/** The Javadoc of resources and of what they send, as plain text. */
final class JavadocTexts {

    private static final CommentFormatter FORMATTER = new CommentFormatter();

    private JavadocTexts() {
    }

    static Optional<String> of(Class<?> type) {
        return text(RuntimeJavadoc.getJavadoc(type).getComment());
    }

    static Optional<String> of(Method method) {
        return text(RuntimeJavadoc.getJavadoc(method).getComment());
    }

    static Optional<String> of(Field field) {
        return text(RuntimeJavadoc.getJavadoc(field).getComment());
    }

    /** What a method's Javadoc says of a parameter, by its name in Java. */
    static Optional<String> ofParameter(Method method, String name) {
        MethodJavadoc javadoc = RuntimeJavadoc.getJavadoc(method);
        return named(javadoc.getParams(), name);
    }

    /** What a record's Javadoc says of a component. */
    static Optional<String> ofComponent(Class<?> type, String name) {
        ClassJavadoc javadoc = RuntimeJavadoc.getJavadoc(type);
        return named(javadoc.getRecordComponents(), name);
    }

    /** A text up to the end of its first sentence, without the full stop. */
    static String firstSentence(String text) {
        int end = text.indexOf(". ");
        String sentence = end < 0 ? text : text.substring(0, end);
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private static Optional<String> named(List<ParamJavadoc> params, String name) {
        return params.stream().filter(param -> param.getName().equals(name)).findFirst()
                .flatMap(param -> text(param.getComment()));
    }

    private static Optional<String> text(Comment comment) {
        String text = FORMATTER.format(comment).replaceAll("<[^>]+>", " ").replaceAll("\\s+", " ").strip();
        return Optional.of(text).filter(found -> !found.isEmpty());
    }
}
