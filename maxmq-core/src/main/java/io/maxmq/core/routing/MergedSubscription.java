package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The overlapping subscriptions of one subscriber that match one topic, merged into one (MQTT 5.0 §3.3.4): the highest
 * QoS, all subscription ids, Retain As Published if any part has it. Immutable.
 */
final class MergedSubscription extends FilterSubscription {
    private final FilterSubscription[] parts;
    private final boolean anyNoLocal;

    private MergedSubscription(
            FilterSubscription[] parts,
            int maxQos,
            boolean allNoLocal,
            boolean anyNoLocal,
            boolean rap,
            boolean anyQueued) {
        super(parts[0].subscriber(), null, maxQos, allNoLocal, rap, anyQueued, ids(parts));
        this.parts = parts;
        this.anyNoLocal = anyNoLocal;
    }

    /**
     * @param parts two or more subscriptions of one subscriber, not merged themselves; kept and sorted by subscription
     *     id
     */
    static MergedSubscription of(FilterSubscription[] parts) {
        Arrays.sort(parts, Comparator.comparingInt(FilterSubscription::subscriptionId));
        int maxQos = 0;
        boolean allNoLocal = true;
        boolean anyNoLocal = false;
        boolean retainAsPublished = false;
        boolean anyQueued = false;
        for (FilterSubscription part : parts) {
            maxQos = Math.max(maxQos, part.maxQos());
            allNoLocal &= part.noLocal();
            anyNoLocal |= part.noLocal();
            retainAsPublished |= part.retainAsPublished();
            anyQueued |= part.queued();
        }
        return new MergedSubscription(parts, maxQos, allNoLocal, anyNoLocal, retainAsPublished, anyQueued);
    }

    private static int[] ids(FilterSubscription[] parts) {
        int count = 0;
        for (FilterSubscription part : parts) {
            count += part.subscriptionIds().length;
        }
        if (count == 0) {
            return NO_IDS;
        }
        int[] ids = new int[count];
        int at = 0;
        for (FilterSubscription part : parts) {
            if (part.subscriptionId() != 0) {
                ids[at++] = part.subscriptionId();
            }
        }
        return ids;
    }

    @Override
    public TopicFilter filter() {
        return parts[0].filter();
    }

    @Override
    boolean isActive() {
        for (FilterSubscription part : parts) {
            if (part.isActive()) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean holdsRemoved() {
        for (FilterSubscription part : parts) {
            if (part.holdsRemoved()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public FilterSubscription[] parts() {
        return parts;
    }

    @Override
    public boolean anyNoLocal() {
        return anyNoLocal;
    }

    @Override
    public @Nullable FilterSubscription withoutNoLocal() {
        if (!anyNoLocal) {
            return this;
        }
        FilterSubscription[] left = new FilterSubscription[parts.length];
        int count = 0;
        for (FilterSubscription part : parts) {
            if (!part.noLocal()) {
                left[count++] = part;
            }
        }
        return switch (count) {
            case 0 -> null;
            case 1 -> left[0];
            default -> of(Arrays.copyOf(left, count));
        };
    }
}
