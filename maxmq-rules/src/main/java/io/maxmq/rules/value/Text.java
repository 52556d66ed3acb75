package io.maxmq.rules.value;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A string of the language: a run of bytes, which text functions read as UTF-8. Created from either form; the other is
 * created on demand. Equality and order are those of the bytes.
 *
 *
 * <p>Immutable: the array must not be changed by its source or by a reader.
 */
public final class Text implements Comparable<Text> {
    /** Without a byte. */
    public static final Text EMPTY = new Text(new byte[0], "");

    private byte @Nullable [] bytes;
    private @Nullable String string;

    private Text(byte @Nullable [] bytes, @Nullable String string) {
        this.bytes = bytes;
        this.string = string;
    }

    /** These characters. A surrogate without its partner becomes a question mark in the bytes. */
    public static Text of(String string) {
        return new Text(null, string);
    }

    /** These bytes, which are not copied. */
    public static Text ofBytes(byte[] bytes) {
        return new Text(bytes, null);
    }

    /** Returns whether there is no byte. */
    public boolean isEmpty() {
        return string != null ? string.isEmpty() : bytes().length == 0;
    }

    /** About how long it is, without making a form that is not there: in bytes, or in characters where only these are. */
    public int roughLength() {
        byte[] these = bytes;
        return these != null ? these.length : toString().length();
    }

    /** The bytes, not copied. */
    public byte[] bytes() {
        byte[] these = bytes;
        if (these == null) {
            these = toString().getBytes(StandardCharsets.UTF_8);
            bytes = these;
        }
        return these;
    }

    /** Returns whether the bytes are UTF-8. Costs a pass over them. */
    public boolean isUtf8() {
        if (bytes == null) {
            return true;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** The bytes read as UTF-8; invalid sequences become U+FFFD. */
    @Override
    public String toString() {
        String these = string;
        if (these == null) {
            these = new String(bytes(), StandardCharsets.UTF_8);
            string = these;
        }
        return these;
    }

    @Override
    public int compareTo(Text other) {
        return Arrays.compareUnsigned(bytes(), other.bytes());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Text that && Arrays.equals(bytes(), that.bytes()));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes());
    }
}
