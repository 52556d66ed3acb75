package io.maxmq.core.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Head of an HTTP request (RFC 9112 §3, §5). The parser is strict: it rejects every deviation from the grammar.
 * Immutable.
 *
 * @param method as sent
 * @param target as sent, including a query
 * @param fields names in lower case, in the order of the request
 */
record HttpRequestHead(String method, String target, List<Field> fields) {
    private static final int MAX_FIELDS = 100;
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    /** A header field. */
    record Field(String name, String value) {}

    /** Reports an invalid HTTP/1.1 request head. Has no stack trace, because bad input is normal. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message, null, false, false);
        }
    }

    /** @param head the bytes up to and including the empty line */
    static HttpRequestHead parse(byte[] head) throws MalformedException {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        String[] lines = text.split("\r\n", -1);
        String[] request = lines[0].split(" ", -1);
        if (request.length != 3 || !request[2].equals("HTTP/1.1") || !isToken(request[0]) || !isVisible(request[1])) {
            throw new MalformedException("not an HTTP/1.1 request");
        }
        List<Field> fields = new ArrayList<>();
        for (int i = 1; i < lines.length - 2; i++) { // the last two are empty
            int colon = lines[i].indexOf(':');
            if (colon < 0 || !isToken(lines[i].substring(0, colon)) || fields.size() == MAX_FIELDS) {
                throw new MalformedException("invalid header field, or too many header fields");
            }
            String value = lines[i].substring(colon + 1).strip();
            for (int c = 0; c < value.length(); c++) {
                if (value.charAt(c) < ' ' && value.charAt(c) != '\t' || value.charAt(c) == 0x7F) {
                    throw new MalformedException("control character in a header field");
                }
            }
            fields.add(new Field(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), value));
        }
        return new HttpRequestHead(request[0], request[1], List.copyOf(fields));
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isVisible(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    /** Value of the field with this lower-case name; null if the field is missing or repeated. */
    @Nullable
    String single(String name) {
        String found = null;
        for (Field each : fields) {
            if (each.name.equals(name)) {
                if (found != null) {
                    return null;
                }
                found = each.value;
            }
        }
        return found;
    }

    boolean has(String name) {
        return fields.stream().anyMatch(each -> each.name.equals(name));
    }

    /** What stands between commas in all fields of this name. */
    List<String> listed(String name) {
        List<String> all = new ArrayList<>();
        for (Field each : fields) {
            if (each.name.equals(name)) {
                for (String part : each.value.split(",")) {
                    if (!part.isBlank()) {
                        all.add(part.strip());
                    }
                }
            }
        }
        return all;
    }
}
