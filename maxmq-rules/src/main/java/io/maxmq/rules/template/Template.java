package io.maxmq.rules.template;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Text with places {@code ${path}} that a record fills. A path is keys with points between them, each with places of an array behind it
 * ({@code a.b[1]}, from 1, or from the end where negative), a point before it or not; {@code ${.}} is the whole record as JSON; blanks
 * within the braces do not count. A second {@code $} before the first keeps a place from being one. What is no place, as it does not end
 * or is empty, is text.
 *
 * <p>A string goes in as it is, an array or map as JSON, each other value as {@code str} has it. A path that leads through a string
 * reads it as JSON. Immutable.
 */
public final class Template {
    private final String text;
    private final List<Piece> pieces;
    private final byte[] missing;

    private Template(String text, List<Piece> pieces, byte[] missing) {
        this.text = text;
        this.pieces = pieces;
        this.missing = missing;
    }

    private sealed interface Piece permits Literal, Place {}

    private record Literal(byte[] bytes) implements Piece {}

    /** Keys as strings and places of arrays as integers. */
    private record Place(List<Object> steps) implements Piece {}

    /** A template that writes {@code undefined} where a path leads nowhere. */
    public static Template of(String text) {
        return of(text, "undefined");
    }

    /**
     * A template.
     *
     * @param missing what is written where a path leads nowhere
     */
    public static Template of(String text, String missing) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int dollar = text.indexOf('$', at);
            if (dollar < 0) {
                break;
            }
            literal.append(text, at, dollar);
            if (text.startsWith("$${", dollar)) {
                literal.append("${");
                at = dollar + 3;
                continue;
            }
            int end = text.startsWith("${", dollar) ? text.indexOf('}', dollar) : -1;
            List<Object> steps =
                    end < 0 ? null : steps(text.substring(dollar + 2, end).strip());
            if (steps == null) {
                literal.append('$');
                at = dollar + 1;
                continue;
            }
            addLiteral(pieces, literal);
            pieces.add(new Place(steps));
            at = end + 1;
        }
        literal.append(text, Math.min(at, text.length()), text.length());
        addLiteral(pieces, literal);
        return new Template(text, List.copyOf(pieces), missing.getBytes(StandardCharsets.UTF_8));
    }

    private static void addLiteral(List<Piece> pieces, StringBuilder literal) {
        if (literal.length() > 0) {
            pieces.add(new Literal(literal.toString().getBytes(StandardCharsets.UTF_8)));
            literal.setLength(0);
        }
    }

    /** The steps of a path, none for the whole record; null when it is no path. */
    private static @Nullable List<Object> steps(String path) {
        if (path.isEmpty() || path.indexOf('{') >= 0) {
            return null;
        }
        List<Object> steps = new ArrayList<>();
        if (path.equals(".")) {
            return steps;
        }
        for (String part : (path.startsWith(".") ? path.substring(1) : path).split("\\.", -1)) {
            int bracket = part.indexOf('[');
            steps.add(bracket < 0 ? part : part.substring(0, bracket));
            while (bracket >= 0) {
                int end = part.indexOf(']', bracket);
                Integer place =
                        end < 0 ? null : place(part.substring(bracket + 1, end).strip());
                if (place == null || end + 1 < part.length() && part.charAt(end + 1) != '[') {
                    return null;
                }
                steps.add(place);
                bracket = end + 1 < part.length() ? end + 1 : -1;
            }
        }
        return steps.contains("") ? null : steps;
    }

    private static @Nullable Integer place(String digits) {
        try {
            return Integer.valueOf(digits);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Whether nothing in it depends on the record. */
    public boolean isConstant() {
        return pieces.stream().allMatch(Literal.class::isInstance);
    }

    /** Whether it is the whole record as JSON and nothing else. */
    public boolean isRecord() {
        return pieces.size() == 1
                && pieces.get(0) instanceof Place place
                && place.steps().isEmpty();
    }

    /**
     * The text with a record's values in it.
     *
     * @param record values of the language
     * @param mostBytes of the text
     * @throws EvaluationException LIMIT_EXCEEDED when there are more
     */
    public Text fill(Map<String, ? extends @Nullable Object> record, int mostBytes) {
        if (pieces.size() == 1) {
            // No copy of a lone string, as of the payload.
            Object only = pieces.get(0) instanceof Place place ? at(record, place.steps()) : null;
            if (only instanceof Text text && text.bytes().length <= mostBytes) {
                return text;
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Piece piece : pieces) {
            byte[] bytes = piece instanceof Place place
                    ? shown(at(record, place.steps()), mostBytes)
                    : ((Literal) piece).bytes();
            if (bytes.length > mostBytes - out.size()) {
                throw new EvaluationException(
                        EvaluationException.Code.LIMIT_EXCEEDED,
                        "template",
                        "more than " + mostBytes + " bytes of text");
            }
            out.writeBytes(bytes);
        }
        return Text.ofBytes(out.toByteArray());
    }

    private byte[] shown(@Nullable Object value, int mostBytes) {
        if (value == null) {
            return missing;
        }
        if (value instanceof Text text) {
            return text.bytes();
        }
        String scalar = Values.scalarText(value);
        if (scalar != null) {
            return scalar.getBytes(StandardCharsets.UTF_8);
        }
        return JsonWriter.text(value, mostBytes).bytes();
    }

    private static @Nullable Object at(@Nullable Object value, List<Object> steps) {
        Object at = value;
        for (Object step : steps) {
            if (at instanceof Text text) {
                at = JsonReader.readOrUndefined(text, JsonReader.DEPTH);
            }
            if (at instanceof Map<?, ?> map && step instanceof String key) {
                at = map.get(key);
            } else if (at instanceof List<?> list && step instanceof Integer place) {
                int index = place > 0 ? place - 1 : list.size() + place;
                at = place != 0 && index >= 0 && index < list.size() ? list.get(index) : null;
            } else {
                return null;
            }
        }
        return at;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
