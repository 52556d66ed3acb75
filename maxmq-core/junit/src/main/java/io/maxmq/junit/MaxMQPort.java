package io.maxmq.junit;

import io.maxmq.spi.Preview;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an {@code int} parameter: the port on the loopback address that clients connect to. With {@link MaxMQTest#faults} it
 * is that of the fault proxy, and stays the same when the broker is restarted.
 *
 * @since 0.1.0
 */
@Preview
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface MaxMQPort {}
