package io.maxmq.spi;

import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateLimiter;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PluginNameTest {

    @Test
    void namesALambdaAfterItsInterfaceAndTheClassThatContainsIt() {
        RateLimiter limiter = (client, nowNanos) -> ConnectionLimiter.NONE;
        Authenticator authenticator = request -> CompletableFuture.failedFuture(new IllegalStateException());

        assertThat(limiter.name()).isEqualTo("RateLimiter in PluginNameTest");
        assertThat(authenticator.name()).isEqualTo("Authenticator in PluginNameTest");
    }

    @Test
    void namesAMethodReferenceAndAnAnonymousClassTheSameWay() {
        BrokerListener reference = this::onEvent;
        BrokerListener anonymous = new BrokerListener() {
            @Override
            public void onEvent(BrokerEvent event) {}
        };

        assertThat(reference.name()).isEqualTo("BrokerListener in PluginNameTest");
        assertThat(anonymous.name()).isEqualTo("BrokerListener in PluginNameTest");
    }

    private void onEvent(BrokerEvent event) {}

    @Test
    void namesAnyOtherClassByItsSimpleName() {
        assertThat(new Named().name()).isEqualTo("Named");
    }

    private static final class Named implements BrokerListener {
        @Override
        public void onEvent(BrokerEvent event) {}
    }
}
