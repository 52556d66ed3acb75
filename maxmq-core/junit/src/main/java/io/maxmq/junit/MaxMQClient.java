package io.maxmq.junit;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.spi.Preview;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says how a {@link TestClient} parameter connects. Without it: MQTT 5.0, a client id of its own, a clean start.
 *
 * @since 0.1.0
 */
@Preview
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface MaxMQClient {

    /** The client id; empty for one that no other client of the broker has. */
    String value() default "";

    /** Of MQTT. */
    ProtocolVersion version() default ProtocolVersion.MQTT_5;

    /** Clean Start (5.0), Clean Session (3.1, 3.1.1). */
    boolean cleanStart() default true;

    /** The session expiry interval, 0..2^32-1, where 2^32-1 is for ever; MQTT 5.0 only. */
    long sessionExpirySeconds() default 0;

    /** 0..65535; 0 turns it off. The client sends no PINGREQ of its own. */
    int keepAliveSeconds() default 0;
}
