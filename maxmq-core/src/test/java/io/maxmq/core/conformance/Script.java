package io.maxmq.core.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Packets as a test writes them, for MQTT 5.0 (level 5) and MQTT 3.1.1 (level 4) alike, and without the broker's own codec.
 *
 * <ul>
 *   <li>{@code 30:} begins a packet with this first byte; its remaining length is counted.
 *   <li>{@code 0001FF} are bytes.
 *   <li>{@code <a/b>} is a string with its length before it, {@code 'hello'} one without.
 *   <li>{@code [0102]} are binary data, or a string in quotes, with the length before them.
 *   <li>{@code {1100000001}} are properties with their length before them. Nothing at level 4.
 *   <li>{@code (10)} is there at level 5 alone.
 * </ul>
 *
 * <p>Bytes outside of a packet stand as they are, so that a test can write what is no packet.
 */
final class Script {
    private final int level;
    private final String text;
    private int at;

    private Script(int level, String text) {
        this.level = level;
        this.text = text;
    }

    static byte[] bytes(int level, String text) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        packets(level, text).forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** Each packet, behind what stands before the first one if there is anything. */
    static List<byte[]> packets(int level, String text) {
        return new Script(level, text).packets();
    }

    private List<byte[]> packets() {
        List<byte[]> all = new ArrayList<>();
        int first = -1;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (more()) {
            if (at + 2 < text.length() && text.charAt(at + 2) == ':') {
                end(all, first, body);
                first = Integer.parseInt(text.substring(at, at + 2), 16);
                body.reset();
                at += 3;
            } else {
                element(body);
            }
        }
        end(all, first, body);
        return all;
    }

    private static void end(List<byte[]> all, int first, ByteArrayOutputStream body) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        if (first >= 0) {
            packet.write(first);
            packet.writeBytes(varint(body.size()));
        }
        packet.writeBytes(body.toByteArray());
        if (packet.size() > 0) {
            all.add(packet.toByteArray());
        }
    }

    private boolean more() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length();
    }

    private void element(ByteArrayOutputStream to) {
        switch (text.charAt(at)) {
            case '<' -> to.writeBytes(withLength(until('>').getBytes(StandardCharsets.UTF_8)));
            case '\'' -> to.writeBytes(until('\'').getBytes(StandardCharsets.UTF_8));
            case '[' -> to.writeBytes(withLength(inner(until(']'))));
            case '{' -> {
                byte[] properties = inner(until('}'));
                if (level == 5) {
                    to.writeBytes(varint(properties.length));
                    to.writeBytes(properties);
                }
            }
            case '(' -> {
                byte[] optional = inner(until(')'));
                if (level == 5) {
                    to.writeBytes(optional);
                }
            }
            default -> {
                to.write(Integer.parseInt(text.substring(at, at + 2), 16));
                at += 2;
            }
        }
    }

    /** What is between the delimiter here and the next {@code end}. */
    private String until(char end) {
        int from = at + 1;
        at = text.indexOf(end, from) + 1;
        if (at == 0) {
            throw new IllegalArgumentException("no " + end + " in: " + text);
        }
        return text.substring(from, at - 1);
    }

    private byte[] inner(String part) {
        Script script = new Script(level, part);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (script.more()) {
            script.element(all);
        }
        return all.toByteArray();
    }

    private static byte[] withLength(byte[] data) {
        byte[] all = new byte[2 + data.length];
        all[0] = (byte) (data.length >>> 8);
        all[1] = (byte) data.length;
        System.arraycopy(data, 0, all, 2, data.length);
        return all;
    }

    static byte[] varint(int value) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int left = value;
        do {
            int digit = left & 0x7F;
            left >>>= 7;
            all.write(left > 0 ? digit | 0x80 : digit);
        } while (left > 0);
        return all.toByteArray();
    }

    /** For messages: hex, and what can be read as text. */
    static String show(byte[] bytes) {
        StringBuilder readable = new StringBuilder();
        for (byte each : bytes) {
            readable.append(each >= ' ' && each < 0x7F ? (char) each : '.');
        }
        return HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes) + "  " + readable;
    }
}
