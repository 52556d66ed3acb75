package io.maxmq.examples.crash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A message's name, and bytes behind it that follow from name and length: a changed or missing byte shows. */
final class Payload {
    private Payload() {}

    /** @param length in bytes; at least as many as the name and a space need */
    static byte[] of(String message, int length) {
        byte[] name = (message + " ").getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[Math.max(length, name.length)];
        System.arraycopy(name, 0, payload, 0, name.length);
        for (int i = name.length; i < payload.length; i++) {
            payload[i] = (byte) (i * 31 + payload.length + name[i % name.length]);
        }
        return payload;
    }

    /** The message's name; a text that is no message's name when the bytes are not as they were. */
    static String messageOf(byte[] payload) {
        int end = 0;
        while (end < payload.length && payload[end] != ' ') {
            end++;
        }
        String message = new String(payload, 0, end, StandardCharsets.UTF_8);
        return Arrays.equals(payload, of(message, payload.length))
                ? message
                : "damaged, " + payload.length + " bytes: " + message;
    }
}
