package io.maxmq.core.observe;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loggers of one broker: {@code io.maxmq.BROKER.SUBJECT}, so that each of several brokers can be set apart. They escape
 * what clients choose ({@link EscapingLogger}). Immutable.
 */
public final class Loggers {

    private final String brokerName;
    private final String prefix;

    /** Loggers of the broker with this name. */
    public Loggers(String brokerName) {
        this.brokerName = brokerName;
        this.prefix = "io.maxmq." + brokerName;
    }

    /** Has slf4j find its backend, which takes its time in a JVM's first start. */
    public static void prepare() {
        LoggerFactory.getILoggerFactory();
    }

    /** The name of the broker. */
    String brokerName() {
        return brokerName;
    }

    /** The logger of one part of the broker, {@code connection} for example. */
    public Logger of(String subject) {
        return new EscapingLogger(LoggerFactory.getLogger(prefix + "." + subject));
    }

    /** The broker's own: start and stop. */
    public Logger broker() {
        return new EscapingLogger(LoggerFactory.getLogger(prefix));
    }
}
