package io.maxmq.core.connection;

import io.maxmq.spi.ClientInfo;
import org.jspecify.annotations.Nullable;

/** A text of the settings with the names of a client in their places. Stateless. */
final class ClientTemplate {
    private ClientTemplate() {}

    /** Empty for nothing: when the text is, or when a name of this client would not stay one level of a topic. */
    static String fill(String template, ClientInfo client) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (int at = template.indexOf("${"); at >= 0; at = template.indexOf("${", from)) {
            int end = template.indexOf('}', at);
            String value = valueOf(client, template.substring(at + 2, end));
            if (value == null || !isLevel(value)) {
                return "";
            }
            text.append(template, from, at).append(value);
            from = end + 1;
        }
        return text.append(template, from, template.length()).toString();
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

    private static boolean isLevel(String value) {
        return !value.isEmpty() && value.chars().noneMatch(each -> each == '/' || each == '+' || each == '#');
    }
}
