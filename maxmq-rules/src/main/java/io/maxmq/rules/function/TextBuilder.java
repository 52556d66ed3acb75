package io.maxmq.rules.function;

import io.maxmq.rules.value.Text;

/** Text that a call builds piece by piece; the limit ends it before it has grown past. Not thread-safe. */
final class TextBuilder {
    private final Call call;
    private final StringBuilder characters = new StringBuilder();

    TextBuilder(Call call) {
        this.call = call;
    }

    TextBuilder add(CharSequence piece) {
        return add(piece, 0, piece.length());
    }

    TextBuilder add(CharSequence source, int from, int to) {
        // No character is less than a byte.
        call.checkBytes((long) characters.length() + to - from);
        characters.append(source, from, to);
        return this;
    }

    TextBuilder addPoint(int codePoint) {
        call.checkBytes(characters.length() + 1L);
        characters.appendCodePoint(codePoint);
        return this;
    }

    TextBuilder repeat(String piece, long times) {
        call.checkBytes(characters.length() + piece.length() * Math.min(times, Integer.MAX_VALUE));
        for (long i = 0; i < times && !piece.isEmpty(); i++) {
            characters.append(piece);
        }
        return this;
    }

    int length() {
        return characters.length();
    }

    /** Returns the built text, within the limit. */
    Text text() {
        return call.built(characters.toString());
    }
}
