package io.maxmq.auth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the rules of a file: one a line, but for lines that are blank or comments. Stateless. */
final class AclFile {
    private AclFile() {}

    /**
     * Reads the file. Blocks.
     *
     * @throws AccessFileException when it cannot be read, a line of it is no rule, or there is none
     */
    static List<AclRule> read(Path file) {
        return parse(file, CredentialFile.bytesOf(file, "ACL file"));
    }

    /** @throws AccessFileException with the line that is no rule */
    static List<AclRule> parse(Path file, byte[] bytes) {
        List<AclRule> rules = new ArrayList<>();
        int number = 0;
        for (int start = 0; start < bytes.length; number++) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            int length = end - start - (end > start && bytes[end - 1] == '\r' ? 1 : 0);
            try {
                String line = decode(ByteBuffer.wrap(bytes, start, length));
                if (!AclLine.isNone(line)) {
                    rules.add(AclRule.parse(line));
                }
            } catch (IllegalArgumentException e) {
                throw new AccessFileException(file, number + 1, String.valueOf(e.getMessage()), e);
            }
            start = end + 1;
        }
        if (rules.isEmpty()) {
            throw new AccessFileException(file, 0, "ACL file has no rule, so nobody could do anything");
        }
        return rules;
    }

    private static String decode(ByteBuffer line) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(line).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the line is not UTF-8", e);
        }
    }
}
