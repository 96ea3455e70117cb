package org.medtune.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Jinja2's rules for white space, carried out on the text of a template: {@code trim_blocks}, {@code lstrip_blocks},
 * the signs {@code -} and {@code +} at delimiters, and comments. What it makes has neither signs nor comments, so it
 * means the same to Jinjava, whose own rules differ (its {@code lstripBlocks} also takes blanks that follow text, and a
 * comment takes blanks of its neighbours). Follows {@code jinja2/lexer.py}, class {@code Lexer}.
 */
final class TemplateWhitespace {

    private static final Pattern BEGIN = Pattern.compile("\\{%|\\{\\{|\\{#");
    private static final Pattern RAW = Pattern.compile("\\s*raw\\s*(-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}\\s*|%\\}\\n?)");
    private static final Pattern END_BLOCK = Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\\n?");
    private static final Pattern END_VARIABLE = Pattern.compile("-\\}\\}\\s*|\\}\\}");
    private static final Pattern END_COMMENT = Pattern.compile("\\+#\\}|-#\\}\\s*|#\\}\\n?");
    private static final Pattern STRING = Pattern.compile(
            "'[^'\\\\]*(?:\\\\.[^'\\\\]*)*'|\"[^\"\\\\]*(?:\\\\.[^\"\\\\]*)*\"", Pattern.DOTALL);
    private static final Pattern CONDITION = Pattern.compile("\\sif\\s");
    private static final Pattern LOOP = Pattern.compile("\\s*for\\s.*", Pattern.DOTALL);

    private final String template;
    private final StringBuilder result = new StringBuilder();
    private int position;
    private boolean lineStarts = true;

    private TemplateWhitespace(String template) {
        this.template = template;
    }

    /**
     * The template without white space that is not meant to be seen.
     *
     * @throws IllegalArgumentException if the template has a construct that Jinjava would silently misunderstand
     */
    static String resolve(String template) {
        // Jinja2 reads every line end as LF, and does without the one that ends the file (keep_trailing_newline).
        String lines = template.replace("\r\n", "\n").replace('\r', '\n');
        return new TemplateWhitespace(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines).resolve();
    }

    private String resolve() {
        Matcher begin = BEGIN.matcher(template);
        while (begin.find(position)) {
            String text = template.substring(position, begin.start());
            char kind = template.charAt(begin.start() + 1);
            position = begin.end();
            char sign = position < template.length() ? template.charAt(position) : ' ';
            boolean signed = sign == '-' || (sign == '+' && kind != '{');
            if (signed) {
                position++;
            }
            result.append(textBefore(text, kind, signed ? sign : ' '));
            switch (kind) {
                case '#' -> skipComment();
                case '%' -> copyBlock();
                default -> copyExpression("{{", END_VARIABLE, "}}");
            }
        }
        return result.append(template, position, template.length()).toString();
    }

    private String textBefore(String text, char kind, char sign) {
        if (sign == '-') {
            return text.stripTrailing();
        }
        if (sign == '+' || kind == '{') {
            return text;
        }
        int line = text.lastIndexOf('\n') + 1;
        return (line > 0 || lineStarts) && text.substring(line).isBlank() ? text.substring(0, line) : text;
    }

    private void skipComment() {
        Matcher end = END_COMMENT.matcher(template);
        position = end.find(position) ? end.end() : template.length();
        lineStarts = endsLine();
    }

    private void copyBlock() {
        Matcher raw = RAW.matcher(template).region(position, template.length());
        Matcher end = END_RAW.matcher(template);
        if (raw.lookingAt() && end.find(raw.end())) {
            String text = template.substring(raw.end(), end.start());
            position = raw.end();
            lineStarts = endsLine();
            String sign = end.group(1);
            result.append("{% raw %}")
                    .append(textBefore(text, '%', sign.isEmpty() ? ' ' : sign.charAt(0)))
                    .append("{% endraw %}");
            position = end.end();
            lineStarts = endsLine();
        } else {
            copyExpression("{%", END_BLOCK, "%}");
        }
    }

    /** Copies up to the end delimiter; one within a string or within brackets is none. */
    private void copyExpression(String open, Pattern endPattern, String close) {
        Matcher end = endPattern.matcher(template);
        Matcher string = STRING.matcher(template);
        int start = position;
        int depth = 0;
        boolean condition = false;
        while (position < template.length()) {
            if (depth == 0 && end.region(position, template.length()).lookingAt()) {
                String code = template.substring(start, position);
                if (condition && open.equals("{%") && LOOP.matcher(code).matches()) {
                    throw new IllegalArgumentException("loops with a condition (for ... if ...) are not supported");
                }
                // A blank keeps a bracket of the code apart from the delimiter.
                result.append(open).append(' ').append(code).append(' ').append(close);
                position = end.end();
                lineStarts = endsLine();
                return;
            }
            char character = template.charAt(position);
            if ((character == '\'' || character == '"')
                    && string.region(position, template.length()).lookingAt()) {
                position = string.end();
                continue;
            }
            if (character == '(' || character == '[' || character == '{') {
                depth++;
            } else if (character == ')' || character == ']' || character == '}') {
                depth--;
            } else if (depth == 0) {
                condition |= CONDITION.matcher(template).region(position, template.length()).lookingAt();
            }
            position++;
        }
        // The delimiter is missing; Jinjava says so.
        result.append(open).append(template, start, position);
    }

    private boolean endsLine() {
        return position > 0 && template.charAt(position - 1) == '\n';
    }
}
