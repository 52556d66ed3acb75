package io.maxmq.codec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The normative statements that a test proves: it fails when one of them is violated. {@code maxmq-core/SPEC.md} is made of
 * these tags and of those of the broker's tests; its test is there too.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Spec {
    /** Statements of MQTT 5.0, for example {@code MQTT-4.3.3-6}. */
    String[] value() default {};

    /** Statements of MQTT 3.1.1, which has its own numbers. */
    String[] v3() default {};
}
