package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Operations of operators on values as text. */
final class TextOperations {
    private TextOperations() {}

    /** Returns the result of {@code str} for a value. */
    static Text str(Node node, String operator, Frame frame, @Nullable Object value) {
        if (value instanceof Text text) {
            return text;
        }
        String scalar = Values.scalarText(value);
        if (scalar != null) {
            return Text.of(scalar);
        }
        if (value instanceof Bits) {
            throw node.error(Code.BAD_ARGUMENT, operator, "bits are no text");
        }
        try {
            return JsonWriter.text(value, frame.limits.textBytes());
        } catch (EvaluationException e) {
            throw node.placed(e);
        }
    }

    /** Both as text, one behind the other. */
    static Text joined(Node node, String operator, Frame frame, @Nullable Object a, @Nullable Object b) {
        byte[] first = str(node, operator, frame, a).bytes();
        byte[] second = str(node, operator, frame, b).bytes();
        if ((long) first.length + second.length > frame.limits.textBytes()) {
            throw node.error(Code.LIMIT_EXCEEDED, operator, "more than " + frame.limits.textBytes() + " bytes of text");
        }
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        Text joined = Text.ofBytes(both);
        frame.evaluation.made(joined);
        return joined;
    }

    /**
     * Returns whether a text is like a pattern: {@code %} stands for any run of characters, {@code _} for one. Works by going back to the
     * last {@code %} only, so in time that is the product of both lengths at worst, which the evaluation's time bounds.
     */
    static boolean isLike(Frame frame, Text value, Text pattern) {
        int[] text = codePoints(value);
        int[] like = codePoints(pattern);
        int t = 0;
        int p = 0;
        int afterRun = -1;
        int runEnd = 0;
        while (t < text.length) {
            frame.evaluation.work(1);
            if (p < like.length && like[p] == '%') {
                afterRun = ++p;
                runEnd = t;
            } else if (p < like.length && (like[p] == '_' || like[p] == text[t])) {
                p++;
                t++;
            } else if (afterRun >= 0) {
                p = afterRun;
                t = ++runEnd;
            } else {
                return false;
            }
        }
        while (p < like.length && like[p] == '%') {
            p++;
        }
        return p == like.length;
    }

    private static int[] codePoints(Text text) {
        return text.toString().codePoints().toArray();
    }
}
