package io.maxmq.rules.function;

import io.maxmq.rules.value.Text;

/** The escape sequences of {@code unescape}. */
final class Escapes {
    private static final String LETTERS = "ntrbfva'\"?\\";
    private static final String MEANT = "\n\t\r\b\f\u000b\u0007'\"?\\";

    private Escapes() {}

    /** The first argument with its escapes resolved. */
    static Text resolved(Call call) {
        String text = call.string(0);
        if (text.indexOf('\\') < 0) {
            return Text.of(text);
        }
        TextBuilder out = new TextBuilder(call);
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.add(text, i, i + 1);
                i++;
                continue;
            }
            if (i + 1 == text.length()) {
                throw call.problem("the text ends with a backslash");
            }
            char letter = text.charAt(i + 1);
            int simple = LETTERS.indexOf(letter);
            if (simple >= 0) {
                out.addPoint(MEANT.charAt(simple));
                i += 2;
            } else if (letter == 'x') {
                i = hexadecimal(call, text, i + 2, out);
            } else {
                throw call.problem("there is no escape \\" + letter);
            }
        }
        return out.text();
    }

    /** Takes as many digits as there are; the place behind them. */
    private static int hexadecimal(Call call, String text, int from, TextBuilder out) {
        int point = 0;
        int i = from;
        while (i < text.length() && ConversionFunctions.digit(text.charAt(i)) >= 0) {
            point = point << 4 | ConversionFunctions.digit(text.charAt(i));
            i++;
            if (point > Character.MAX_CODE_POINT) {
                break;
            }
        }
        if (i == from || point > Character.MAX_CODE_POINT || point <= 0xffff && Character.isSurrogate((char) point)) {
            throw call.problem("\\x without the number of a character");
        }
        out.addPoint(point);
        return i;
    }
}
