package io.maxmq.auth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What the messages of SCRAM are made of: attributes {@code x=value} with commas between (RFC 5802 §5.1). Stateless. */
final class ScramMessage {
    private ScramMessage() {}

    /** @throws IllegalArgumentException when it is not UTF-8 */
    static String text(byte[] data) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the message of SCRAM is not UTF-8", e);
        }
    }

    /**
     * The value of the attribute that must be the one at {@code index}.
     *
     * @throws IllegalArgumentException when it is another, or empty
     */
    static String value(String[] attributes, int index, char name) {
        String attribute = index < attributes.length ? attributes[index] : "";
        if (attribute.length() < 3 || attribute.charAt(0) != name || attribute.charAt(1) != '=') {
            throw new IllegalArgumentException("the message of SCRAM has no " + name + "= where it must be");
        }
        return attribute.substring(2);
    }

    /**
     * Printable, without commas: they have divided the message.
     *
     * @throws IllegalArgumentException when it is no nonce
     */
    static String nonce(String value, int maxCharacters) {
        if (value.length() > maxCharacters || !value.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new IllegalArgumentException("the nonce of SCRAM is not printable, or too long");
        }
        return value;
    }

    /** With padding, as SCRAM has it. */
    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
