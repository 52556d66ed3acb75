package io.maxmq.codec.topic;

import io.maxmq.codec.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Names the group of sessions that share a subscription (MQTT 5.0 §4.8.2): one character or more, none of {@code /},
 * {@code +}, {@code #} or U+0000 [MQTT-4.8.2-1]. Immutable.
 */
public record ShareName(String text) {
    /**
     * @throws IllegalArgumentException when {@link #problem} has one; the message names the value
     */
    public ShareName {
        String problem = problem(text);
        if (problem != null) {
            throw new IllegalArgumentException("share name " + problem + ": shareName=" + Utf8.quote(text));
        }
    }

    /** As the constructor. */
    public static ShareName of(String text) {
        return new ShareName(text);
    }

    /** Why {@code text} is no share name, or null when it is one. Linear. */
    public static @Nullable String problem(String text) {
        if (text.isEmpty()) {
            return "is empty";
        }
        if (text.indexOf('/') >= 0 || text.indexOf('+') >= 0 || text.indexOf('#') >= 0) {
            return "holds a slash or a wildcard";
        }
        int bytes = Utf8.encodedLength(text);
        if (bytes < 0) {
            return "holds U+0000 or half of a surrogate pair";
        }
        return bytes > Utf8.MAX_BYTES ? "has " + bytes + " bytes, allowed are " + Utf8.MAX_BYTES : null;
    }

    @Override
    public String toString() {
        return text;
    }
}
