package io.maxmq.core.session;

/** What a session would do with a message, see {@link Session#forecast}. */
public enum DeliveryForecast {
    SENT,
    /** It would wait for the window or the socket. */
    QUEUED,
    /** The same, and the oldest that wait would be dropped for it. */
    QUEUED_FOR_OLDEST,
    OFFLINE_QOS0,
    OFFLINE_NOT_QUEUED,
    QUEUE_FULL,
    NO_MEMORY,
    NOT_WRITABLE
}
