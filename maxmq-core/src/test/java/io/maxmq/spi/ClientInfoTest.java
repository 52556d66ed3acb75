package io.maxmq.spi;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.spi.auth.AuthenticationRequest;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ClientInfoTest {
    private static final TlsSession TLS =
            new TlsSession("TLSv1.3", "TLS_AES_128_GCM_SHA256", "tenant.example", List.of());

    private static ClientInfo.Builder client() {
        return ClientInfo.builder("one", ProtocolVersion.MQTT_5, InetSocketAddress.createUnresolved("h", 1), "tls");
    }

    @Test
    void keepsItsTlsSessionWhenAuthenticationChangesItsName() {
        ClientInfo client = client().tls(TLS).build();

        ClientInfo renamed = client.toBuilder().username("user").build();

        assertThat(renamed.tls()).containsSame(TLS);
        assertThat(client().build().tls()).isEmpty();
    }

    @Test
    void anAuthenticatorSeesTheTlsSession() {
        AuthenticationRequest request =
                new AuthenticationRequest(client().tls(TLS).build(), null, List.of());

        assertThat(request.tls()).containsSame(TLS);
        assertThat(TLS.serverName()).contains("tenant.example");
        assertThat(TLS.toString()).contains("TLSv1.3", "peer=none");
    }
}
