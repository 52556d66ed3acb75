package io.maxmq.core.connection;

import io.maxmq.codec.Utf8;
import io.maxmq.spi.ClientInfo;
import org.jspecify.annotations.Nullable;

/** A text of the settings with the names of a client in their places. Stateless. */
final class ClientTemplate {
    private ClientTemplate() {}

    private static final String SHARE = "$share/";

    /**
     * Empty for nothing: when the text is, when a name of this client would not stay one level of a topic, when it would make
     * the topic one of those that begin with {@code $}, or a filter shared, or when what comes of it is no string that MQTT allows.
     */
    static String fill(String template, ClientInfo client) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (int at = template.indexOf("${"); at >= 0; at = template.indexOf("${", from)) {
            int end = template.indexOf('}', at);
            String value = valueOf(client, template.substring(at + 2, end));
            text.append(template, from, at);
            if (value == null || !isLevel(value) || (value.startsWith("$") && beginsTopic(text))) {
                return "";
            }
            text.append(value);
            from = end + 1;
        }
        String filled = text.append(template, from, template.length()).toString();
        int bytes = Utf8.encodedLength(filled);
        return bytes < 0 || bytes > Utf8.MAX_BYTES ? "" : filled;
    }

    /** The settings have been checked to name no other. */
    private static @Nullable String valueOf(ClientInfo client, String name) {
        return switch (name) {
            case "clientid" -> client.clientId();
            case "username" -> client.username().orElse(null);
            case "tenant" -> client.tenant().name();
            default -> null;
        };
    }

    /** Whether the topic begins behind this text: it is empty, or {@code $share/NAME/}. */
    private static boolean beginsTopic(StringBuilder text) {
        int end = text.length();
        return end == 0 || (text.indexOf(SHARE) == 0 && text.indexOf("/", SHARE.length()) == end - 1);
    }

    private static boolean isLevel(String value) {
        return !value.isEmpty() && value.chars().noneMatch(each -> each == '/' || each == '+' || each == '#');
    }
}
