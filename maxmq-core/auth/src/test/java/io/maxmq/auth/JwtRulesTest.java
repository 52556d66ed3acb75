package io.maxmq.auth;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.AuthenticationResult;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class JwtRulesTest {
    private static final long NOW_SECONDS = 1_700_000_000L;

    private static final JwtRules RULES = new JwtRules(
            Set.of("RS256"),
            null,
            Set.of(),
            Map.of(),
            Duration.ofSeconds(30),
            false,
            "sub",
            null,
            null,
            null,
            Set.of(),
            null);

    private static final ClientInfo CLIENT = ClientInfo.builder(
                    "client", ProtocolVersion.MQTT_5, InetSocketAddress.createUnresolved("host", 1), "tcp")
            .build();

    private static AuthenticationResult decide(Map<String, Object> times) {
        Map<String, Object> claims = new HashMap<>(times);
        claims.put("sub", "alice");
        return RULES.decide(claims, CLIENT, NOW_SECONDS * 1000);
    }

    static Stream<Arguments> invalidTimes() {
        return Stream.of("exp", "nbf", "iat")
                .flatMap(claim -> Stream.of(
                                1e300,
                                Double.NaN,
                                Double.POSITIVE_INFINITY,
                                Double.NEGATIVE_INFINITY,
                                Long.MAX_VALUE,
                                253_402_300_800L,
                                -1L,
                                "1700000000",
                                true)
                        .map(value -> Arguments.of(claim, value)));
    }

    @ParameterizedTest
    @MethodSource("invalidTimes")
    void deniesTokensWithTimesOutOfRange(String claim, Object value) {
        assertThat(decide(Map.of(claim, value))).isInstanceOfSatisfying(AuthenticationResult.Denied.class, denied -> {
            assertThat(denied.reasonCode()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(denied.reason()).startsWith("the token has a time ").endsWith(": " + claim);
        });
    }

    @Test
    void allowsTimesOfAllSupportedYears() {
        assertThat(decide(Map.of("exp", 253_402_300_799L, "nbf", 0L, "iat", NOW_SECONDS)))
                .isInstanceOf(AuthenticationResult.Allowed.class);
    }
}
