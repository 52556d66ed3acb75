package io.maxmq.rules.json;

/** The form of UTF-8 (RFC 3629 §4): no overlong forms, no surrogates, nothing past U+10FFFF. */
final class JsonUtf8 {
    private JsonUtf8() {}

    /**
     * The index after the character that begins here, which is not ASCII.
     * @return -{@code at} for an invalid sequence
     */
    static int next(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xff;
        int left = to - at;
        if (first >= 0xc2 && first <= 0xdf) {
            return left >= 2 && follows(bytes[at + 1]) ? at + 2 : -at;
        }
        if (first >= 0xe0 && first <= 0xef) {
            if (left < 3 || !follows(bytes[at + 1]) || !follows(bytes[at + 2])) {
                return -at;
            }
            int second = bytes[at + 1] & 0xff;
            return first == 0xe0 && second < 0xa0 || first == 0xed && second > 0x9f ? -at : at + 3;
        }
        if (first >= 0xf0 && first <= 0xf4) {
            if (left < 4 || !follows(bytes[at + 1]) || !follows(bytes[at + 2]) || !follows(bytes[at + 3])) {
                return -at;
            }
            int second = bytes[at + 1] & 0xff;
            return first == 0xf0 && second < 0x90 || first == 0xf4 && second > 0x8f ? -at : at + 4;
        }
        return -at;
    }

    private static boolean follows(byte b) {
        return (b & 0xc0) == 0x80;
    }

    /** Returns whether all of these bytes are UTF-8. */
    static boolean valid(byte[] bytes) {
        int i = 0;
        while (i < bytes.length) {
            if (bytes[i] >= 0) {
                i++;
                continue;
            }
            i = next(bytes, i, bytes.length);
            // A place of 0 is no end of a character.
            if (i <= 0) {
                return false;
            }
        }
        return true;
    }
}
