package io.maxmq.examples.thermostat;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.junit.AckFault;
import io.maxmq.junit.Faults;
import io.maxmq.junit.MaxMQPort;
import io.maxmq.junit.MaxMQTest;
import io.maxmq.junit.RoutedMessages;
import io.maxmq.junit.TestClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Each test has a broker of its own, and a thermostat that is connected to it through the proxy that makes the faults. */
@MaxMQTest(faults = true)
class ThermostatTest {
    /** Time enough for the client library to connect again, which it does after a second or two. */
    private static final Duration RECONNECT = Duration.ofSeconds(30);

    private Thermostat thermostat;

    @BeforeEach
    void start(@MaxMQPort int port, RoutedMessages messages) throws Exception {
        thermostat = new Thermostat("tcp://127.0.0.1:" + port, 20);
        thermostat.start();
        assertEquals("online", messages.awaitMessage("home/thermostat").payloadText());
    }

    @AfterEach
    void stop() throws Exception {
        thermostat.close();
    }

    @Test
    void heatsWhenItIsCold(TestClient sensor, RoutedMessages messages) {
        sensor.publish("home/temperature", "17.5", QoS.AT_LEAST_ONCE);
        assertEquals("on", messages.awaitMessage("home/heating").payloadText());

        sensor.publish("home/temperature", "21", QoS.AT_LEAST_ONCE);
        assertEquals("off", messages.awaitMessage("home/heating").payloadText());
    }

    @Test
    void tellsWhoComesLater(TestClient sensor, TestClient heating, RoutedMessages messages) {
        sensor.publish("home/temperature", "17.5", QoS.AT_LEAST_ONCE);
        messages.awaitMessage("home/heating");

        heating.subscribe("home/heating");

        assertEquals("on", heating.receive().text()); // retained
    }

    @Test
    void missesNothingWhileItsConnectionIsBroken(TestClient sensor, Faults faults, RoutedMessages messages) {
        faults.drop("thermostat");
        assertEquals("offline", messages.awaitMessage("home/thermostat").payloadText());
        sensor.publish("home/temperature", "17.5", QoS.AT_LEAST_ONCE);

        assertEquals("on", messages.awaitMessage("home/heating", RECONNECT).payloadText());
        assertEquals(
                "online", messages.awaitMessage("home/thermostat", RECONNECT).payloadText());
    }

    @Test
    void switchesAgainWhenItsAcknowledgementIsLost(TestClient sensor, Faults faults, RoutedMessages messages) {
        AckFault lost = faults.from("thermostat").lose(PacketType.PUBACK);
        sensor.publish("home/temperature", "17.5", QoS.AT_LEAST_ONCE);
        assertEquals("on", messages.awaitMessage("home/heating").payloadText());
        lost.awaitCount(1);
        lost.close();

        faults.drop("thermostat"); // the broker still has the temperature

        assertEquals("on", messages.awaitMessage("home/heating", RECONNECT).payloadText());
    }
}
