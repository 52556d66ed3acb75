package io.maxmq.auth;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationRequest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.TreeMap;

/** What an HTTP service is asked about a client; the same text for the same client. Stateless. */
final class HttpAuthRequest {
    private HttpAuthRequest() {}

    /** A JSON object. */
    static String of(AuthenticationRequest request) {
        ClientInfo client = request.client();
        StringBuilder json = new StringBuilder("{");
        JsonText.append(json, "clientId", client.clientId());
        client.username().ifPresent(name -> JsonText.append(json, "username", name));
        request.password().ifPresent(password -> appendPassword(json, password));
        JsonText.append(json, "address", address(client.remoteAddress()));
        JsonText.append(json, "listener", client.listener());
        if (!client.tenant().equals(Tenant.DEFAULT)) { // else nothing is known of it yet
            JsonText.append(json, "tenant", client.tenant().name());
        }
        JsonText.append(json, "protocol", client.protocolVersion().name());
        request.tls()
                .filter(tls -> !tls.peerCertificates().isEmpty())
                .ifPresent(tls -> new TreeMap<>(
                                CertificateNames.of(tls.peerCertificates().get(0))
                                        .attributes())
                        .forEach((name, value) -> JsonText.append(json, name, value)));
        return json.append('}').toString();
    }

    private static void appendPassword(StringBuilder json, byte[] password) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(password))
                    .toString();
            JsonText.append(json, "password", text);
        } catch (CharacterCodingException e) {
            JsonText.append(json, "passwordBase64", Base64.getEncoder().encodeToString(password));
        }
    }

    private static String address(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "";
    }
}
