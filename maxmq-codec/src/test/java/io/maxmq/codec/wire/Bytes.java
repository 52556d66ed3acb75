package io.maxmq.codec.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Bytes as tests write them: hex pairs and 'strings', with comments behind #. */
final class Bytes {
    private Bytes() {}

    /** {@code "30 05 00 03 'a/b' # PUBLISH"}. */
    static byte[] of(String annotated) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : annotated.split("\n")) {
            String rest = line.strip();
            while (!rest.isEmpty() && rest.charAt(0) != '#') {
                int end;
                if (rest.charAt(0) == '\'') {
                    end = rest.indexOf('\'', 1) + 1;
                    bytes.writeBytes(rest.substring(1, end - 1).getBytes(StandardCharsets.UTF_8));
                } else {
                    end = 2;
                    bytes.write(Integer.parseInt(rest.substring(0, 2), 16));
                }
                rest = rest.substring(end).strip();
            }
        }
        return bytes.toByteArray();
    }

    static ByteBuffer buffer(String annotated) {
        return ByteBuffer.wrap(of(annotated));
    }
}
