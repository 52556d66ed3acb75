package io.maxmq.spi;

/**
 * What the application wants beside having a message published. Immutable; each method answers a changed copy.
 *
 * <pre>{@code
 * broker.publish(message, PublishOptions.defaults().detailed()).thenAccept(result -> log(result.dropped()));
 * }</pre>
 *
 * @since 0.1.0
 */
@Stable
public final class PublishOptions {
    private static final PublishOptions DEFAULTS = new PublishOptions(false);
    private static final PublishOptions DETAILED = new PublishOptions(true);

    private final boolean detailed;

    private PublishOptions(boolean detailed) {
        this.detailed = detailed;
    }

    /** Nothing beside. */
    public static PublishOptions defaults() {
        return DEFAULTS;
    }

    /**
     * With the reasons why some have not got the message in {@link PublishResult#dropped}. Costs a map per message and event
     * loop on which it is dropped.
     */
    public PublishOptions detailed() {
        return DETAILED;
    }

    /** Whether {@link #detailed}. */
    public boolean isDetailed() {
        return detailed;
    }

    @Override
    public String toString() {
        return "PublishOptions[detailed=" + detailed + "]";
    }
}
