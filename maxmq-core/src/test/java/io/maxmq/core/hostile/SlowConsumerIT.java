package io.maxmq.core.hostile;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Listener;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import io.netty.channel.epoll.Epoll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Subscribers that read nothing, little, or late, over real sockets. */
@Timeout(180)
class SlowConsumerIT {
    private final Readings readings = new Readings();
    private final LinkedBlockingQueue<BrokerEvent.SlowConsumer> cutOff = new LinkedBlockingQueue<>();
    private final List<RawClient> clients = new ArrayList<>();
    private MaxMQ broker;

    private void start(UnaryOperator<MaxMQBuilder> settings) {
        broker = settings.apply(MaxMQ.builder()
                        .name("slow")
                        .listener(Listener.tcp(0))
                        .allowAnonymous()
                        .loops(2)
                        .metrics(readings)
                        .eventListener(new BrokerListener() {
                            @Override
                            public void onEvent(BrokerEvent event) {
                                cutOff.add((BrokerEvent.SlowConsumer) event);
                            }

                            @Override
                            public boolean wants(Class<? extends BrokerEvent> kind) {
                                return kind == BrokerEvent.SlowConsumer.class;
                            }
                        }))
                .start();
    }

    @AfterEach
    void stop() {
        clients.forEach(RawClient::close);
        if (broker == null) {
            return; // this system is not for the test
        }
        broker.close();
        assertThat(readings.value("maxmq.loop.failures")).isZero();
    }

    private static ConnectionLimits slowAfter(Duration timeout) {
        return ConnectionLimits.builder()
                .slowConsumerTimeout(timeout)
                .outboundLowWatermarkBytes(64 << 10)
                .outboundHighWatermarkBytes(256 << 10)
                .build();
    }

    private RawClient client(int level, String clientId, int receiveBufferBytes) {
        RawClient client = RawClient.open(level, broker.listeners().tcp().port(), receiveBufferBytes);
        clients.add(client);
        client.send(Wire.connect(level, clientId)).expectAccepted();
        return client;
    }

    /** What a client sends is no sign that it reads. */
    @Test
    void aSubscriberThatReadsNothingIsCutOffThoughItPings() throws Exception {
        start(builder -> builder.connections(slowAfter(Duration.ofSeconds(1))));
        RawClient stalled = client(5, "stalled", 4096);
        stalled.send(Wire.subscribe(5, 1, 0, "#")).expect(Wire.SUBACK);
        RawClient publisher = client(5, "publisher", 0);

        BrokerEvent.SlowConsumer cut = null;
        for (int i = 0; i < 300 && cut == null; i++) {
            for (int j = 0; j < 20; j++) {
                publisher.send(Wire.publish(5, 0, 0, "a", new byte[20_000]));
            }
            publisher.ping();
            stalled.trySend(Wire.PINGREQ);
            cut = cutOff.poll(100, TimeUnit.MILLISECONDS);
        }

        assertThat(cut).as("cut off").isNotNull();
        assertThat(cut.client().clientId()).isEqualTo("stalled");
        assertThat(cut.withoutProgress()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(readings.value("maxmq.messages.dropped{qos0_not_writable}")).isPositive();
    }

    /** One message takes it longer than the timeout, but it never stops. */
    @Test
    void aSubscriberThatReadsALargeMessageSlowlyIsNotCutOff() throws Exception {
        assumeTrue(Epoll.isAvailable(), "without it the kernel takes megabytes, and shows progress by the megabyte");
        start(builder -> builder.connections(slowAfter(Duration.ofSeconds(4)))
                .sessions(SessionLimits.builder().maxQueuedBytes(64 << 20).build()));
        RawClient slow = client(5, "slow", 4096);
        slow.send(Wire.subscribe(5, 1, 1, "#")).expect(Wire.SUBACK);
        RawClient publisher = client(5, "publisher", 0);
        for (int i = 0; i < 20; i++) {
            publisher.send(Wire.publish(5, 1, 1, "a", new byte[1_000_000])).expect(Wire.PUBACK);
        }

        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        long read = 0;
        while (System.nanoTime() < end) {
            read += slow.readSome(16 * 1024);
            Thread.sleep(100);
        }

        assertThat(cutOff).isEmpty();
        assertThat(read)
                .as("bytes read, of more than there are between the two")
                .isGreaterThan(100_000);
        assertThat(readings.value("maxmq.clients")).isEqualTo(2);
    }

    /** More than the high watermark in one go, all of which the socket takes at once, must not leave what is behind it. */
    @Test
    void whatDidNotFitInOneTurnFollowsInTheNext() {
        start(builder -> builder.loops(1).connections(slowAfter(Duration.ofSeconds(30))));
        RawClient subscriber = client(5, "subscriber", 0);
        subscriber.send(Wire.subscribe(5, 1, 1, "#")).expect(Wire.SUBACK);
        RawClient publisher = client(5, "publisher", 0);

        for (int round = 0; round < 50; round++) {
            byte[] burst = Wire.concat(
                    Wire.publish(5, 0, 0, "a", new byte[140_000]),
                    Wire.publish(5, 0, 0, "a", new byte[140_000]),
                    Wire.publish(5, 1, 1, "last", new byte[10]));
            publisher.send(burst);

            RawClient.Frame message = subscriber.expect(Wire.PUBLISH);
            while (!message.topic().equals("last")) {
                message = subscriber.expect(Wire.PUBLISH);
            }
            subscriber.send(Wire.ack(Wire.PUBACK, message.publishId()));
            publisher.expect(Wire.PUBACK);
        }
    }

    /** A client that gets its own large messages is read from again once it has taken them. */
    @Test
    void anEchoOfLargeMessagesGoesOn() {
        start(builder -> builder.loops(1).connections(slowAfter(Duration.ofSeconds(30))));
        RawClient echo = client(5, "echo", 0);
        echo.send(Wire.subscribe(5, 1, 0, "#")).expect(Wire.SUBACK);

        for (int round = 0; round < 50; round++) {
            echo.send(Wire.publish(5, 0, 0, "a", new byte[500_000]));
            assertThat(echo.expect(Wire.PUBLISH).body()).hasSizeGreaterThan(500_000);
            echo.ping();
        }
    }

    /** A member that can take no more passes its messages on; nobody counts them as lost. */
    @Test
    void membersThatAreFullArePassedOver() {
        start(builder -> builder.sessions(
                SessionLimits.builder().maxQueuedMessages(5).maxInFlight(5).build()));
        List<RawClient> full = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            RawClient member = client(5, "full-" + i, 0);
            member.send(Wire.subscribe(5, 1, 1, "$share/g/a")).expect(Wire.SUBACK);
            full.add(member);
        }
        RawClient good = client(5, "good", 0);
        good.send(Wire.subscribe(5, 1, 1, "$share/g/a")).expect(Wire.SUBACK);
        RawClient publisher = client(5, "publisher", 0);

        // Five in flight and five queued at each of those that acknowledge nothing.
        int left = 200 - 4 * 10;
        for (int i = 0; i < 200; i++) {
            publisher.send(Wire.publish(5, 1, 1, "a", new byte[1])).expect(Wire.PUBACK);
            left -= takeWhatIsThere(good);
        }
        for (int i = 0; i < 1000 && left > 0; i++) { // the last may be on their way from another loop
            left -= takeWhatIsThere(good);
        }

        assertThat(left).isZero();
        assertThat(readings.value("maxmq.messages.dropped{queue_full_messages}"))
                .isZero();
        assertThat(readings.value("maxmq.messages.matched")).isEqualTo(200);
    }

    private static int takeWhatIsThere(RawClient member) {
        int taken = 0;
        member.send(Wire.PINGREQ);
        for (RawClient.Frame next = member.read(); next.type() != 0xD0; next = member.read()) {
            member.send(Wire.ack(Wire.PUBACK, next.publishId()));
            taken++;
        }
        return taken;
    }
}
