package io.maxmq.rules.function;

import io.maxmq.rules.value.Text;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Base64 (RFC 4648), JSON (RFC 8259), the payload of a JWT (RFC 7519), and URLs' percent signs (RFC 3986). */
final class EncodingFunctions {
    private static final String UNRESERVED = "-._~";
    private static final byte[] UPPER_HEX = "0123456789ABCDEF".getBytes(StandardCharsets.ISO_8859_1);

    private EncodingFunctions() {}

    static void addTo(Library library) {
        library.add("base64_encode", 1, 3, EncodingFunctions::toBase64)
                .add("base64_decode", 1, 3, EncodingFunctions::fromBase64)
                .add("json_encode", 1, call -> call.json(call.value(0)))
                .add("json_decode", 1, call -> call.parsed(call.onlyText(0)))
                .add("json_value", 2, EncodingFunctions::jsonValue)
                .add("jwt_value", 2, EncodingFunctions::jwtValue)
                .add("url_encode", 1, EncodingFunctions::toUrl)
                .add("url_decode", 1, EncodingFunctions::fromUrl);
    }

    /** Returns whether one of the options is this word; unknown words are ignored. */
    private static boolean option(Call call, String word) {
        boolean there = false;
        for (int i = 1; i < call.count(); i++) {
            there |= call.onlyText(i).toString().equals(word);
        }
        return there;
    }

    private static Text toBase64(Call call) {
        byte[] bytes = call.bytes(0);
        call.checkBytes(bytes.length * 4L / 3);
        Base64.Encoder encoder = option(call, "urlsafe") ? Base64.getUrlEncoder() : Base64.getEncoder();
        return call.built((option(call, "no_padding") ? encoder.withoutPadding() : encoder).encode(bytes));
    }

    private static Text fromBase64(Call call) {
        byte[] encoded = withoutSpace(call.bytes(0));
        boolean paddingNeeded = !option(call, "no_padding");
        if (paddingNeeded && encoded.length % 4 != 0) {
            throw call.problem("argument 1 is no base64: its length is no multiple of 4");
        }
        return decoded(call, option(call, "urlsafe") ? Base64.getUrlDecoder() : Base64.getDecoder(), encoded);
    }

    private static Text decoded(Call call, Base64.Decoder decoder, byte[] encoded) {
        try {
            return call.built(decoder.decode(encoded));
        } catch (IllegalArgumentException e) {
            throw call.problem("argument 1 is no base64: " + e.getMessage());
        }
    }

    private static byte[] withoutSpace(byte[] bytes) {
        byte[] kept = new byte[bytes.length];
        int length = 0;
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                kept[length++] = b;
            }
        }
        return Arrays.copyOf(kept, length);
    }

    private static @Nullable Object jsonValue(Call call) {
        return MapFunctions.atPath(call.parsedOrUndefined(call.onlyText(0)), path(call));
    }

    private static String path(Call call) {
        String path = call.onlyString(1);
        if (path.isEmpty()) {
            throw call.bad(1, "a path");
        }
        return path;
    }

    /** Returns a claim of a token without a check of the token's signature. */
    private static @Nullable Object jwtValue(Call call) {
        String path = path(call);
        String[] parts = call.onlyString(0).split("\\.", -1);
        if (parts.length != 3) {
            throw call.problem("argument 1 is no token: it has " + parts.length + " parts");
        }
        Text claims = decoded(call, Base64.getUrlDecoder(), parts[1].getBytes(StandardCharsets.UTF_8));
        return MapFunctions.atPath(call.parsed(claims), path);
    }

    private static Text toUrl(Call call) {
        byte[] bytes = call.text(0).bytes();
        byte[] encoded = new byte[(int) Math.min(bytes.length * 3L, Integer.MAX_VALUE - 16)];
        int length = 0;
        for (byte b : bytes) {
            if (b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || UNRESERVED.indexOf(b) >= 0) {
                encoded[length++] = b;
            } else {
                encoded[length++] = '%';
                encoded[length++] = UPPER_HEX[b >> 4 & 15];
                encoded[length++] = UPPER_HEX[b & 15];
            }
        }
        return call.built(Arrays.copyOf(encoded, length));
    }

    /** A plus sign stays one, as it is in a path. */
    private static Text fromUrl(Call call) {
        byte[] bytes = call.text(0).bytes();
        byte[] decoded = new byte[bytes.length];
        int length = 0;
        int i = 0;
        while (i < bytes.length) {
            if (bytes[i] != '%') {
                decoded[length++] = bytes[i++];
                continue;
            }
            int high = i + 2 < bytes.length ? ConversionFunctions.digit((char) (bytes[i + 1] & 0xff)) : -1;
            int low = i + 2 < bytes.length ? ConversionFunctions.digit((char) (bytes[i + 2] & 0xff)) : -1;
            if (high < 0 || low < 0) {
                throw call.problem("two hexadecimal digits behind % expected");
            }
            decoded[length++] = (byte) (high << 4 | low);
            i += 3;
        }
        return Text.ofBytes(Arrays.copyOf(decoded, length));
    }
}
