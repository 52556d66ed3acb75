package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.loop.HeapExhaustion;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Registration;
import io.maxmq.spi.admin.Health.Status;
import io.maxmq.spi.event.BrokerEvent.BrokerFailed;
import io.maxmq.spi.event.BrokerEvent.BrokerStopped;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A broker that runs out of heap on an event loop closes itself, and says so. */
class HeapExhaustedTest {
    private final AtomicReference<Error> next = new AtomicReference<>();

    /** Throws the error, once, where an event loop asks for the wall time: when it looks whether a message has expired. */
    private final class FailingClock implements Clock {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long epochMillis() {
            if (Thread.currentThread().getName().contains("-loop-")) {
                Error error = next.getAndSet(null);
                if (error != null) {
                    throw error;
                }
            }
            return System.currentTimeMillis();
        }

        @Override
        public Registration onAdvance(Runnable listener) {
            return Registration.NONE;
        }
    }

    private TestBroker start() {
        return TestBroker.start(builder -> builder.clock(new FailingClock()));
    }

    @Test
    @Timeout(60)
    void closesItselfWithoutAcknowledgingTheMessage() throws Exception {
        OutOfMemoryError exhausted = new OutOfMemoryError("Java heap space");
        TestBroker broker = start();
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");

        next.set(exhausted);
        publisher.send(TestClient.message("a", "x", QoS.AT_LEAST_ONCE, 1));

        assertThat(broker.events().await(BrokerFailed.class).cause()).isSameAs(exhausted);
        broker.broker().awaitClosed();
        assertThat(broker.broker().isRunning()).isFalse();
        assertThat(broker.broker().failure()).containsSame(exhausted);
        assertThat(broker.broker().health().isReady()).isFalse();
        assertThat(broker.broker().health().check("broker").status()).isEqualTo(Status.DOWN);
        assertThat(broker.events().of(BrokerStopped.class)).hasSize(1);
        publisher.expectDisconnect(ReasonCode.UNSPECIFIED_ERROR);
        assertThat(broker.closeWithErrors()).singleElement().asString().contains("ran out of heap");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cannot reserve 1 bytes of direct buffer memory",
                "failed to allocate 1 byte(s) of direct memory",
                "unable to create native thread: possibly out of memory",
                "Requested array size exceeds VM limit"
            })
    void directMemoryAndThreadsAreNotTheHeap(String message) {
        assertThat(HeapExhaustion.isIn(new OutOfMemoryError(message))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Java heap space", "GC overhead limit exceeded", "Metaspace"})
    void theHeapIs(String message) {
        assertThat(HeapExhaustion.isIn(new OutOfMemoryError(message))).isTrue();
    }
}
