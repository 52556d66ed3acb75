package io.maxmq.core.transport;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Response to a WebSocket request (RFC 6455 §4.2, MQTT 5.0 §6). Immutable.
 *
 * @param response the complete response
 * @param refusal reason of a refusal, for people; null if the WebSocket is open
 */
record WebSocketHandshake(byte[] response, @Nullable String refusal) {
    private static final List<String> PROTOCOLS = List.of("mqtt", "mqttv3.1");
    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;

    /** §1.3. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    static WebSocketHandshake answer(HttpRequestHead request, PageAccess access) {
        int query = request.target().indexOf('?');
        String path = query < 0 ? request.target() : request.target().substring(0, query);
        if (!path.equals(access.settings().path())) {
            return refused(
                    "404 Not Found",
                    "",
                    "not found; the WebSocket is at " + access.settings().path());
        }
        if (!request.method().equals("GET")) {
            return refused("405 Method Not Allowed", "Allow: GET\r\n", "a WebSocket request uses the method GET");
        }
        if (!contains(request.listed("upgrade"), "websocket") || !contains(request.listed("connection"), "upgrade")) {
            return refused(
                    "426 Upgrade Required", "Upgrade: websocket\r\nConnection: Upgrade\r\n", "not a WebSocket request");
        }
        if (!VERSION.equals(request.single("sec-websocket-version"))) {
            return refused(
                    "426 Upgrade Required",
                    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
                    "unsupported WebSocket version");
        }
        String key = request.single("sec-websocket-key");
        if (request.single("host") == null || key == null || !isKey(key) || request.has("transfer-encoding")) {
            return refused("400 Bad Request", "", "not a WebSocket request");
        }
        String refusal = access.refusal(request);
        if (refusal != null) {
            return refused("403 Forbidden", "", refusal);
        }
        for (String offered : request.listed("sec-websocket-protocol")) {
            if (PROTOCOLS.contains(offered)) {
                return open(key, offered);
            }
        }
        return refused(
                "400 Bad Request", "", "the request offers none of the subprotocols " + PROTOCOLS); // [MQTT-6.0.0-3]
    }

    /** Returns the response to an invalid request. */
    static WebSocketHandshake refused(HttpRequestHead.MalformedException request) {
        return refused("400 Bad Request", "", String.valueOf(request.getMessage()));
    }

    private static boolean contains(List<String> tokens, String token) {
        return tokens.stream().anyMatch(token::equalsIgnoreCase);
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static WebSocketHandshake open(String key, String protocol) {
        try {
            byte[] proof =
                    MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            String response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(proof)
                    + "\r\nSec-WebSocket-Protocol: " + protocol + "\r\n\r\n";
            return new WebSocketHandshake(response.getBytes(StandardCharsets.ISO_8859_1), null);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("JDK without SHA-1", e);
        }
    }

    /** @param fields header fields, each with its line end */
    static WebSocketHandshake refused(String status, String fields, String why) {
        byte[] body = (why + "\n").getBytes(StandardCharsets.ISO_8859_1);
        String response = "HTTP/1.1 " + status + "\r\n" + fields
                + (fields.contains("Connection:") ? "" : "Connection: close\r\n")
                + "Content-Type: text/plain\r\nContent-Length: " + body.length + "\r\n\r\n" + why + "\n";
        return new WebSocketHandshake(response.getBytes(StandardCharsets.ISO_8859_1), why);
    }
}
