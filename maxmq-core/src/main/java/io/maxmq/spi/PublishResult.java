package io.maxmq.spi;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The routing result of a published message at the moment when it was accepted. Immutable.
 *
 * @param matched the number of sessions with a subscription to its topic; a shared subscription counts once
 * @param queued the number of those sessions that have it in flight or queued (at QoS 0: written to their connection)
 * @param dropped the number of sessions without the message, by reason, when {@linkplain PublishOptions#detailed
 *     requested}; otherwise empty, and {@code matched - queued} is their number. Also counts a message that an
 *     interceptor dropped for all sessions; unmodifiable
 * @since 0.1.0
 */
@Stable
public record PublishResult(int matched, int queued, Map<DropReason, Integer> dropped) {

    /** The result without a matching subscription. */
    public static final PublishResult UNMATCHED = new PublishResult(0, 0, Map.of());

    /** Copies the map. */
    public PublishResult {
        dropped = dropped.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(dropped));
    }

    /** Returns the sum of {@link #dropped} over all reasons. */
    public int droppedTotal() {
        int total = 0;
        for (int count : dropped.values()) {
            total += count;
        }
        return total;
    }
}
