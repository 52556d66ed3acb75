package io.maxmq.config;

import io.maxmq.codec.QoS;
import io.maxmq.spi.intercept.SubscriptionRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ClientPatternTest {

    @ParameterizedTest(name = "{0} for {1}: {2}")
    @CsvSource({
        "a, a, true",
        "a, b, false",
        "a, aa, false",
        "*, '', true",
        "*, abc, true",
        "a*, a, true",
        "a*, ab, true",
        "a*, ba, false",
        "*a, ba, true",
        "*a, ab, false",
        "*a, aba, true",
        "a*b*c, abc, true",
        "a*b*c, axbxbxc, true",
        "a*b*c, axcxb, false",
        "**a**, a, true",
        "dev-*-x, dev-1-x-x, true",
        "*ab, aab, true",
        "a.c, abc, false",
    })
    void isForClientIdsThatMatch(String pattern, String clientId, boolean expected) {
        AutomaticSubscription rule = AutomaticSubscription.of(pattern, new SubscriptionRequest("t", QoS.AT_MOST_ONCE));

        assertThat(rule.isFor(clientId)).isEqualTo(expected);
    }
}
