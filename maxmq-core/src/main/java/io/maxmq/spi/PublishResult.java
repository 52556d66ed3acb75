package io.maxmq.spi;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What became of a published message at the moment it was accepted. Immutable.
 *
 * @param matched how many sessions had a subscription to its topic; a shared subscription counts once
 * @param queued how many of them have it in flight or queued (or, at QoS 0, written towards their connection)
 * @param dropped how many of them do not, by reason, where {@linkplain PublishOptions#detailed asked for}, else empty: how many
 *     tells the difference of the others; also that an interceptor has dropped the message for all; unmodifiable
 * @since 0.1.0
 */
@Stable
public record PublishResult(int matched, int queued, Map<DropReason, Integer> dropped) {

    /** Nobody had a subscription. */
    public static final PublishResult UNMATCHED = new PublishResult(0, 0, Map.of());

    /** Copies the map. */
    public PublishResult {
        dropped = dropped.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(dropped));
    }

    /** How many sessions the message was dropped for, of all reasons in {@link #dropped}. */
    public int droppedTotal() {
        int total = 0;
        for (int count : dropped.values()) {
            total += count;
        }
        return total;
    }
}
