package io.maxmq.auth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the DER of a name (RFC 5280 §4.1.2.4), a sequence of sets of pairs of a type and a value. Not its text, in which a value
 * can look like another attribute. Stateless.
 */
final class DistinguishedName {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int OBJECT_IDENTIFIER = 0x06;

    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03}; // 2.5.4.3

    private DistinguishedName() {}

    /**
     * In their order; empty text for one that is no text.
     *
     * @throws IllegalArgumentException when it is not the DER of a name
     */
    static List<String> commonNames(byte[] der) {
        List<String> found = new ArrayList<>();
        ByteBuffer name = content(ByteBuffer.wrap(der), SEQUENCE);
        while (name.hasRemaining()) {
            ByteBuffer set = content(name, SET);
            while (set.hasRemaining()) {
                ByteBuffer pair = content(set, SEQUENCE);
                ByteBuffer type = content(pair, OBJECT_IDENTIFIER);
                if (Arrays.equals(bytes(type), COMMON_NAME)) {
                    found.add(text(pair));
                }
            }
        }
        return found;
    }

    private static String text(ByteBuffer value) {
        int tag = value.hasRemaining() ? value.get(value.position()) & 0xFF : 0;
        Charset charset = charset(tag);
        ByteBuffer content = content(value, tag);
        if (charset == null) {
            return "";
        }
        try {
            return charset.newDecoder().decode(content).toString();
        } catch (CharacterCodingException e) {
            return "";
        }
    }

    private static @Nullable Charset charset(int tag) {
        return switch (tag) {
            case 0x0C -> StandardCharsets.UTF_8; // UTF8String
            case 0x12, 0x13, 0x16 -> StandardCharsets.US_ASCII; // NumericString, PrintableString, IA5String
            case 0x14 -> StandardCharsets.ISO_8859_1; // T61String, as it is used
            case 0x1E -> StandardCharsets.UTF_16BE; // BMPString
            default -> null;
        };
    }

    /** What the next element holds; the buffer is behind it then. */
    private static ByteBuffer content(ByteBuffer der, int tag) {
        if (der.remaining() < 2 || (der.get() & 0xFF) != tag) {
            throw new IllegalArgumentException("is not the DER of a name");
        }
        int length = der.get() & 0xFF;
        if (length > 0x7F) {
            int bytes = length & 0x7F;
            if (bytes == 0 || bytes > 3 || bytes > der.remaining()) {
                throw new IllegalArgumentException("is not the DER of a name");
            }
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | der.get() & 0xFF;
            }
        }
        if (length > der.remaining()) {
            throw new IllegalArgumentException("is not the DER of a name");
        }
        ByteBuffer content = der.slice(der.position(), length);
        der.position(der.position() + length);
        return content;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
