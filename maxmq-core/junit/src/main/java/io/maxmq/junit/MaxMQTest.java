package io.maxmq.junit;

import io.maxmq.spi.Preview;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class a broker that listens on a free port of the loopback address and lets everybody in. What a test
 * wants of it, it names as a parameter, see {@link MaxMQExtension}.
 *
 * <pre>{@code
 * @MaxMQTest
 * class ThermostatTest {
 *     @Test
 *     void heatsWhenItIsCold(@MaxMQPort int port, TestClient sensor, RoutedMessages messages) {
 *         new Thermostat("tcp://localhost:" + port).start();
 *         sensor.publish("room/temperature", "17", QoS.AT_LEAST_ONCE);
 *         assertEquals("on", messages.awaitMessage("room/heating").payloadText());
 *     }
 * }
 * }</pre>
 *
 * <p>For other settings of the broker register a {@link MaxMQExtension#builder()} in place of this annotation. Nested classes
 * have the settings of the class around them unless they have an annotation of their own.
 *
 * @since 0.1.0
 */
@Preview
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MaxMQExtension.class)
public @interface MaxMQTest {

    /** The lifetime of a broker. */
    BrokerScope scope() default BrokerScope.TEST;

    /** Event loops; 0 for one per processor. With one, messages are routed one after the other. */
    int loops() default 1;

    /** The port to listen on, 0..65535; 0 takes a free one. Tests with a port of their choice cannot run in parallel. */
    int port() default 0;

    /** Returns whether the broker lives by a {@link VirtualClock}, which stands still until the test moves it. */
    boolean virtualClock() default false;

    /** Returns whether clients connect through a proxy that can disturb them, see {@link Faults}. */
    boolean faults() default false;

    /**
     * Returns whether the broker has a storage, in memory and as long as the {@link #scope()}, so that sessions, their queues and
     * retained messages survive {@link Faults#restartBroker}. Acknowledgements then wait for that storage, as they do for a real
     * one; a test that restarts nothing gains nothing from it.
     */
    boolean storage() default false;
}
