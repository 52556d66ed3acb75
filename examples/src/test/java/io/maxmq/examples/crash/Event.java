package io.maxmq.examples.crash;

/**
 * One thing that happened to the clients or to the broker. What a client sends is noted before it is sent, what it
 * receives after it has come: so what stands first in a {@link History} did happen first.
 *
 * <p>Messages are named {@code SENDER:NUMBER}; the numbers of a sender grow.
 */
sealed interface Event {
    /** @param expirySeconds -1 for none */
    record Published(String message, String topic, int qos, boolean retain, boolean empty, int expirySeconds)
            implements Event {}

    /** The publisher has sent PUBLISH again after it had connected again. */
    record Resent(String message) implements Event {}

    /** The broker has answered with PUBACK or PUBREC: from now on the message may not be lost. */
    record Promised(String message) implements Event {}

    record Subscribing(String client, String filter, int qos) implements Event {}

    record Subscribed(String client, String filter) implements Event {}

    record Unsubscribing(String client, String filter) implements Event {}

    record Unsubscribed(String client, String filter) implements Event {}

    /** @param expirySeconds of the session; 0 when it ends with the connection, {@link Integer#MAX_VALUE} for never */
    record Connecting(String client, boolean clean, int expirySeconds) implements Event {}

    record Connected(String client, boolean sessionPresent) implements Event {}

    /** The connection has ended, whoever closed it. */
    record Disconnected(String client) implements Event {}

    /** @param remainingSeconds of the message's expiry; -1 when the packet has none, -2 when its version has no such thing */
    record Received(
            String client,
            String message,
            String topic,
            int qos,
            boolean dup,
            boolean retain,
            int packetId,
            int remainingSeconds)
            implements Event {}

    /** PUBREL has come: the packet id is free for another message. */
    record Released(String client, int packetId) implements Event {}

    /**
     * What somebody new has found retained.
     *
     * @param message null when there was nothing
     * @param since events of the history before SUBSCRIBE was sent
     */
    record RetainedRead(String topic, String message, int since) implements Event {}

    record WillOffered(String message, String topic, int qos) implements Event {}

    /** CONNACK has come: the will is due when the connection ends, unless it is cancelled. */
    record WillStands(String message) implements Event {}

    /** Its client is about to cancel it: from now on it may come or not. */
    record WillWithdrawing(String message) implements Event {}

    /** Its client was back before the delay had passed, or had said goodbye to this same process: it may not come. */
    record WillCancelled(String message) implements Event {}

    /** The broker's disk has no space from now on, until the process is killed. */
    record DiskFull(int round) implements Event {}

    /** The broker's process was killed. */
    record Killed(int round) implements Event {}

    /** The broker accepts clients. */
    record Ready(int round) implements Event {}
}
