package io.maxmq.core.transport;

import io.maxmq.config.WebSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PageAccessTest {
    private static final SocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 8083);
    private static final SocketAddress PUBLIC = new InetSocketAddress("192.0.2.1", 8083);
    private static final SocketAddress CLIENT = new InetSocketAddress("198.51.100.7", 0);
    private static final WebSocket HOSTS = new WebSocket("/mqtt", Set.of(), Set.of("*"), List.of());

    private static boolean allows(PageAccess access, String... fields) throws Exception {
        String head = "GET /mqtt HTTP/1.1\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
        return access.refusal(HttpRequestHead.parse(head.getBytes(StandardCharsets.ISO_8859_1))) == null;
    }

    private static PageAccess direct(boolean secure, SocketAddress arrivedAt) {
        return PageAccess.of(WebSocket.defaults(), secure, false, arrivedAt, null);
    }

    private static PageAccess forwarded(SocketAddress arrivedAt, @Nullable SocketAddress client) {
        return PageAccess.of(WebSocket.defaults(), false, true, arrivedAt, client);
    }

    @ParameterizedTest
    @CsvSource({
        "false, mqtt.example.com:8083, http://mqtt.example.com:8083, true",
        "false, mqtt.example.com:8083, http://mqtt.example.com, false",
        "false, mqtt.example.com:8083, http://MQTT.example.com:8084, false",
        "false, mqtt.example.com, http://mqtt.example.com:80, true",
        "false, mqtt.example.com, https://mqtt.example.com, false",
        "true, mqtt.example.com, https://mqtt.example.com, true",
        "true, mqtt.example.com:443, https://MQTT.example.com, true",
        "true, mqtt.example.com, http://mqtt.example.com, false",
        "true, mqtt.example.com, https://mqtt.example.com.evil.example, false",
        "true, mqtt.example.com, https://mqtt.example.com@evil.example, false",
        "true, mqtt.example.com, null, false",
        "true, [2001:DB8::1]:8084, https://[2001:db8::1]:8084, true"
    })
    void comparesSchemeHostAndPort(boolean secure, String host, String origin, boolean allowed) throws Exception {
        assertThat(allows(direct(secure, PUBLIC), "Host: " + host, "Origin: " + origin))
                .isEqualTo(allowed);
    }

    @Test
    void needsOneOrigin() throws Exception {
        assertThat(allows(direct(false, PUBLIC), "Host: a", "Origin: http://a", "Origin: http://a"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, true",
        "127.0.0.1:1, true",
        "[::1]:8083, true",
        "localhost, true",
        "LocalHost:8083, true",
        "evil.example, false",
        "localhost.evil.example, false",
        "127.0.0.1.evil.example, false",
        "'', false"
    })
    void onALoopbackAddressTheHostMustBeFixed(String host, boolean allowed) throws Exception {
        assertThat(allows(direct(false, LOOPBACK), "Host: " + host)).isEqualTo(allowed);
        assertThat(allows(direct(false, new InetSocketAddress("::1", 1)), "Host: " + host))
                .isEqualTo(allowed);
        assertThat(allows(direct(false, PUBLIC), "Host: " + host)).isTrue();
    }

    @Test
    void onALoopbackAddressTlsProvesTheHost() throws Exception {
        assertThat(allows(direct(true, LOOPBACK), "Host: mqtt.example.com", "Origin: https://mqtt.example.com"))
                .isTrue();
    }

    @Test
    void anyHostCanBeAllowed() throws Exception {
        PageAccess access = PageAccess.of(HOSTS, false, false, LOOPBACK, null);

        assertThat(allows(access, "Host: a", "Origin: http://a")).isTrue();
        assertThat(allows(access, "Host: a", "Origin: http://b")).isFalse();
    }

    @Test
    void aTrustedProxySaysWhatTheClientAskedFor() throws Exception {
        String page = "Origin: https://mqtt.example.com";
        PageAccess access = forwarded(LOOPBACK, CLIENT);

        assertThat(allows(access, "Host: mqtt.example.com", page)).isFalse(); // over http, for all that is known
        assertThat(allows(access, "Host: mqtt.example.com", "X-Forwarded-Proto: https", page))
                .isTrue();
        assertThat(allows(
                        access,
                        "Host: backend:8083",
                        "X-Forwarded-Proto: HTTPS",
                        "X-Forwarded-Host: evil.example, mqtt.example.com",
                        page))
                .isTrue();
        assertThat(allows(direct(false, PUBLIC), "Host: mqtt.example.com", "X-Forwarded-Proto: https", page))
                .isFalse();
    }

    @Test
    void clientsOfThisMachineBehindATrustedProxyNeedAFixedHostToo() throws Exception {
        String[] rebound = {"Host: evil.example", "Origin: http://evil.example"};

        assertThat(allows(forwarded(LOOPBACK, CLIENT), rebound)).isTrue();
        assertThat(allows(forwarded(LOOPBACK, LOOPBACK), rebound)).isFalse();
        assertThat(allows(forwarded(LOOPBACK, null), rebound)).isFalse();
        assertThat(allows(PageAccess.of(WebSocket.defaults(), false, false, LOOPBACK, CLIENT), rebound))
                .as("by the PROXY protocol")
                .isTrue();
    }
}
