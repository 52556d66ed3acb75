package io.maxmq.junit;

import io.maxmq.spi.Message;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Messages as the text of a failed test shows them. */
final class MessageText {
    private static final int MAX_LISTED = 20;
    private static final int MAX_TEXT = 100;
    private static final int MAX_HEX_BYTES = 40;

    private MessageText() {}

    /** Returns the number of messages, and the last of them line by line. */
    static String list(List<Message> messages) {
        if (messages.isEmpty()) {
            return "none came";
        }
        int from = Math.max(0, messages.size() - MAX_LISTED);
        StringBuilder text = new StringBuilder(messages.size() == 1 ? "1 came" : messages.size() + " came")
                .append(from == 0 ? ":" : ", the last " + MAX_LISTED + ":");
        for (int i = from; i < messages.size(); i++) {
            text.append("\n  ").append(i + 1).append(". ").append(line(messages.get(i)));
        }
        return text.toString();
    }

    /** One message: {@code a/b, QoS 1, retained, 5 bytes: "hello"}. */
    static String line(Message message) {
        return message.topic() + ", QoS " + message.qos().code() + (message.retain() ? ", retained" : "") + ", "
                + message.payloadLength() + " bytes: " + payload(message);
    }

    private static String payload(Message message) {
        byte[] bytes = message.payloadBytes();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.chars().noneMatch(Character::isISOControl)) {
                return text.length() <= MAX_TEXT ? "\"" + text + "\"" : "\"" + text.substring(0, MAX_TEXT) + "\"...";
            }
        } catch (CharacterCodingException binary) {
            // Shown as bytes.
        }
        return "0x"
                + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, MAX_HEX_BYTES))
                + (bytes.length > MAX_HEX_BYTES ? "..." : "");
    }
}
