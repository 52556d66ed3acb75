package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.RecoveryLimits;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Message;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A wall clock that is set ahead or back, between two runs on a storage and while the broker runs. */
class ClockStepTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration YEARS = Duration.ofDays(3650);

    private final MemoryStorage storage = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private TestBroker broker = start(builder -> builder);

    private TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        return TestBroker.start(builder ->
                settings.apply(builder.storage(storage.store()).clock(clock).loops(2)));
    }

    private void restart(Duration step) {
        restart(step, builder -> builder);
    }

    /** @param step of the wall clock while the broker is down */
    private void restart(Duration step, UnaryOperator<MaxMQBuilder> settings) {
        broker.broker().close();
        broker.close();
        clock.stepWallClock(step);
        broker = start(settings);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private TestClient connect(String clientId, Duration expiry, @Nullable ConnectWill will) {
        return broker.connected(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                false,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, expiry.toSeconds())
                        .build(),
                clientId,
                will,
                null,
                null));
    }

    private static Message.Builder expiring(String topic, Duration expiry) {
        return Message.builder(topic).payload(topic).qos(QoS.AT_LEAST_ONCE).messageExpiry(expiry);
    }

    private boolean isThere(String clientId) {
        return broker.broker()
                .sessions()
                .find(clientId)
                .toCompletableFuture()
                .join()
                .isPresent();
    }

    private boolean isRetained(String topic) {
        return broker.broker()
                .retained()
                .get(topic)
                .toCompletableFuture()
                .join()
                .isPresent();
    }

    /** A session with a queued message and a will, a retained and a delayed message; each ends after so long. */
    private void store(Duration interval) {
        TestClient client = connect(
                "client",
                interval,
                new ConnectWill(
                        "will",
                        TestClient.bytes("will"),
                        QoS.AT_LEAST_ONCE,
                        false,
                        Properties.builder()
                                .set(PropertyId.WILL_DELAY_INTERVAL, interval.toSeconds())
                                .build()));
        client.subscribe("queued", QoS.AT_LEAST_ONCE);
        TestClient witness = connect("witness", YEARS, null);
        witness.subscribe("will", QoS.AT_LEAST_ONCE);
        witness.subscribe("delayed", QoS.AT_LEAST_ONCE);
        client.close();
        broker.awaitDisconnected("client");
        broker.publish(expiring("queued", interval).build());
        broker.publish(expiring("retained", interval).retain(true).build());
        witness.publish("$delayed/" + interval.toSeconds() + "/delayed", "delayed", QoS.AT_LEAST_ONCE);
        witness.disconnect();
        broker.awaitDisconnected("witness");
    }

    @Test
    void endsNothingAtOnceWhenTheWallClockIsYearsAheadAtTheStart() {
        store(DAY.multipliedBy(3));

        for (int start = 0; start < 2; start++) { // the second one finds the clock as the first one has
            restart(start == 0 ? YEARS : Duration.ZERO);

            assertThat(isThere("client")).isTrue();
            assertThat(isRetained("retained")).isTrue();
            TestClient witness = connect("witness", YEARS, null);
            witness.expectNothing();
            witness.disconnect();
            broker.awaitDisconnected("witness");
        }
        TestClient client = connect("client", DAY.multipliedBy(3), null);
        assertThat(client.expectMessage("queued", "queued").properties().longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, -1))
                .isBetween(
                        DAY.multipliedBy(2).toSeconds() - 60,
                        DAY.multipliedBy(2).toSeconds());
    }

    @Test
    void countsTheBoundWhenTheWallClockIsYearsAheadAtTheStart() {
        store(DAY.multipliedBy(3));
        restart(YEARS);
        clock.advance(DAY.multipliedBy(2).plusMinutes(2));

        assertThat(isThere("client")).isFalse();
        assertThat(isRetained("retained")).isFalse();
        TestClient witness = connect("witness", YEARS, null);
        assertThat(List.of(text(witness), text(witness))).containsExactlyInAnyOrder("will", "delayed");
    }

    private static String text(TestClient client) {
        return TestClient.text(client.expect(io.maxmq.codec.packet.Publish.class));
    }

    @Test
    void endsWhatIsShorterThanTheBoundWhenTheWallClockIsAhead() {
        store(Duration.ofHours(1));
        restart(YEARS);

        assertThat(isThere("client")).isFalse();
        assertThat(isRetained("retained")).isFalse();
    }

    @Test
    void countsAsMuchAsTheSettingSays() {
        store(DAY.multipliedBy(3));
        restart(
                YEARS,
                builder -> builder.recovery(RecoveryLimits.builder()
                        .maxExpiryCatchUp(DAY.multipliedBy(4))
                        .build()));

        assertThat(isThere("client")).isFalse();
        assertThat(isRetained("retained")).isFalse();
    }

    @Test
    void prolongsNothingWhenTheWallClockIsSetBackBetweenTwoRuns() {
        store(DAY.multipliedBy(3));
        restart(YEARS.negated());
        assertThat(isThere("client")).isTrue();

        clock.advance(DAY.multipliedBy(3).plusMinutes(2));

        assertThat(isThere("client")).isFalse();
        assertThat(isRetained("retained")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-3650, 3650})
    void followsTheMonotonicClockWhenTheWallClockIsSetWhileTheBrokerRuns(int days) {
        store(DAY.multipliedBy(3));
        broker.publish(expiring("delayed", DAY.multipliedBy(3)).build()); // for the witness
        clock.stepWallClock(Duration.ofDays(days));

        TestClient witness = connect("witness", YEARS, null);
        assertThat(witness.expectMessage("delayed", "delayed")
                        .properties()
                        .longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, -1))
                .isBetween(
                        DAY.multipliedBy(3).toSeconds() - 60,
                        DAY.multipliedBy(3).toSeconds());
        assertThat(isRetained("retained")).isTrue();
        assertThat(isThere("client")).isTrue();
        clock.advance(DAY.multipliedBy(3).plusMinutes(2));
        assertThat(isRetained("retained")).isFalse();
        assertThat(isThere("client")).isFalse();
    }

    @Test
    void logsAWarningWhenTheWallClockIsAheadOfTheBound() {
        store(DAY);
        String name = "clock-step";
        try (RecordedLogs.Watch logs = RecordedLogs.watch(name)) {
            restart(YEARS, builder -> builder.name(name));

            assertThat(logs.warnings())
                    .filteredOn(line -> line.startsWith("the wall clock is "))
                    .singleElement()
                    .asString()
                    .contains("ahead of the last time in the storage")
                    .contains("count only PT24H");
        }
    }
}
