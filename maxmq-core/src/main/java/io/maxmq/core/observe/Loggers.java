package io.maxmq.core.observe;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loggers of one broker: {@code io.maxmq.BROKER.SUBJECT}, so that several brokers are distinguishable. They escape text
 * chosen by clients ({@link EscapingLogger}). Immutable.
 */
public final class Loggers {

    private final String brokerName;
    private final String prefix;

    /** Creates the loggers of the broker with this name. */
    public Loggers(String brokerName) {
        this.brokerName = brokerName;
        this.prefix = "io.maxmq." + brokerName;
    }

    /** Initializes the slf4j backend, which takes time at the first start in a JVM. */
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

    /** The broker's own logger: start and stop. */
    public Logger broker() {
        return new EscapingLogger(LoggerFactory.getLogger(prefix));
    }
}
