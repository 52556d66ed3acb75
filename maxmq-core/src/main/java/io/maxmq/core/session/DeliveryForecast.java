package io.maxmq.core.session;

/** Predicted outcome of the delivery of one message to a session, see {@link SessionInspection#forecast}. */
public enum DeliveryForecast {
    SENT,
    /** The message would wait for the in-flight window or the socket. */
    QUEUED,
    /** The message would wait, and the oldest queued message would be dropped for it. */
    QUEUED_FOR_OLDEST,
    OFFLINE_QOS0,
    OFFLINE_NOT_QUEUED,
    QUEUE_FULL,
    NO_MEMORY,
    NOT_WRITABLE
}
