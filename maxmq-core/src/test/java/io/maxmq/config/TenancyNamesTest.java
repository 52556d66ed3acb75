package io.maxmq.config;

import io.maxmq.spi.Tenant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Whose host a name is. */
class TenancyNamesTest {
    private static final Tenancy PATTERN = Tenancy.byServerName("mqtt-{tenant}.example.com");

    @ParameterizedTest
    @CsvSource({"mqtt-blue.example.com, blue", "MQTT-Blue.Example.COM, blue", "mqtt-a-b_9.example.com, a-b_9"})
    void onePartOfTheNameIsTheTenant(String serverName, String tenant) {
        assertThat(PATTERN.ofServerName(serverName)).contains(new Tenant(tenant));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "mqtt-.example.com",
                "mqtt-a.b.example.com",
                "mqtt-a.example.com.",
                "mqtt-a.example.org",
                "xmqtt-a.example.com",
                "mqtt-a+b.example.com",
                "mqtt-#.example.com",
                "mqtt-a/b.example.com",
                "mqtt-example.com"
            })
    void otherNamesAreNobodys(String serverName) {
        assertThat(PATTERN.ofServerName(serverName)).isEmpty();
    }

    @Test
    void namesGoBeforeThePattern() {
        Tenancy both = new Tenancy(
                Tenancy.Source.SERVER_NAME,
                "{tenant}.example.com",
                Map.of("VIP.example.com", new Tenant("gold")),
                9,
                TenantQuota.UNLIMITED,
                Map.of());

        assertThat(both.ofServerName("vip.example.com")).contains(new Tenant("gold"));
        assertThat(both.ofServerName("other.example.com")).contains(new Tenant("other"));
        assertThat(Tenancy.byServerNames(Map.of("h", new Tenant("t"))).ofServerName("i"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "{tenant}.{tenant}.com", "{tenant}.Example.com"})
    void aPatternHasOnePlaceholderAndLowerCase(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tenancy.byServerName(pattern))
                .withMessageContaining("serverNamePattern=" + pattern);
    }
}
