package io.maxmq.api.call;

import io.maxmq.codec.ReasonCode;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** Reason codes of MQTT 5.0 in JSON. Stateless. */
public final class Reasons {
    private Reasons() {}

    /** Returns {@code {"code":135,"name":"Not authorized"}}. */
    public static JsonObject json(ReasonCode reason) {
        return new JsonObject().put("code", reason.code()).put("name", name(reason));
    }

    private static String name(ReasonCode reason) {
        return switch (reason) {
            case GRANTED_QOS_1 -> "Granted QoS 1";
            case GRANTED_QOS_2 -> "Granted QoS 2";
            case QOS_NOT_SUPPORTED -> "QoS not supported";
            case RE_AUTHENTICATE -> "Re-authenticate";
            default -> {
                String words = reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
                yield Character.toUpperCase(words.charAt(0)) + words.substring(1);
            }
        };
    }
}
