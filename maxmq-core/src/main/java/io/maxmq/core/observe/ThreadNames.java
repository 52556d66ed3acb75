package io.maxmq.core.observe;

/** Names of a broker's threads: {@code maxmq-BROKER-ROLE}, and {@code maxmq-ROLE} for the broker named {@code maxmq}. Stateless. */
public final class ThreadNames {
    private static final String PRODUCT = "maxmq";

    private ThreadNames() {}

    /** Returns the common prefix of the broker's thread names, without the hyphen before the role. */
    public static String prefix(String brokerName) {
        return brokerName.equals(PRODUCT) ? PRODUCT : PRODUCT + "-" + brokerName;
    }
}
