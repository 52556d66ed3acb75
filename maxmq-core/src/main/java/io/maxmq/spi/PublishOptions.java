package io.maxmq.spi;

/**
 * Options for a publication by the application. Immutable; each method returns a changed copy.
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

    /** Returns the default options. */
    public static PublishOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Counts drops by reason in {@link PublishResult#dropped}. Costs a map per message and event loop on which it is
     * dropped.
     */
    public PublishOptions detailed() {
        return DETAILED;
    }

    /** Returns whether the result counts drops by reason, see {@link #detailed}. */
    public boolean isDetailed() {
        return detailed;
    }

    @Override
    public String toString() {
        return "PublishOptions[detailed=" + detailed + "]";
    }
}
