package io.maxmq.core.observe;

/** Names of a broker's threads: {@code maxmq-BROKER-ROLE}, and {@code maxmq-ROLE} for the broker named {@code maxmq}. Stateless. */
public final class ThreadNames {
    private static final String PRODUCT = "maxmq";

    private ThreadNames() {}

    /** The first part of every thread name of this broker, without the hyphen in front of the role. */
    public static String prefix(String brokerName) {
        return brokerName.equals(PRODUCT) ? PRODUCT : PRODUCT + "-" + brokerName;
    }
}
