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
 * Text with places {@code ${path}} that a record fills. A path consists of keys separated by points, each followed by array indexes or
 * not ({@code a.b[1]}, from 1, or from the end where negative); a point may precede it. A key with other characters stands in quotes
 * ({@code up.'my key'}, {@code payload."a.b"}, {@code payload['a.b']}). {@code ${.}} is the whole record as JSON; blanks around keys do not
 * count. <code>$${</code> writes the characters <code>${</code>.
 *
 * <p>A string is written as it is, an array or map as JSON, any other value as {@code str} writes it. A path through a string reads the
 * string as JSON. Immutable.
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

    /** Keys as strings and array indexes as integers. */
    private record Place(List<Object> steps) implements Piece {}

    /**
     * A template that writes {@code undefined} where a path leads nowhere.
     *
     * @throws IllegalArgumentException when a place is malformed
     */
    public static Template of(String text) {
        return of(text, "undefined");
    }

    /**
     * A template.
     *
     * @param missing what is written where a path leads nowhere
     * @throws IllegalArgumentException when a place is malformed; names the character
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
            if (!text.startsWith("${", dollar)) {
                literal.append('$');
                at = dollar + 1;
                continue;
            }
            addLiteral(pieces, literal);
            PlacePath.Parsed parsed = new PlacePath(text, dollar).parse();
            pieces.add(new Place(parsed.steps()));
            at = parsed.end();
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

    /** The texts between the places, in order; of a constant template the text itself. */
    public List<String> literals() {
        return pieces.stream()
                .filter(Literal.class::isInstance)
                .map(each -> new String(((Literal) each).bytes(), StandardCharsets.UTF_8))
                .toList();
    }

    /** Returns whether nothing in it depends on the record. */
    public boolean isConstant() {
        return pieces.stream().allMatch(Literal.class::isInstance);
    }

    /** Returns whether it is the whole record as JSON and nothing else. */
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
