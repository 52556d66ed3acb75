package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/** Has a say in who gets a message. Asked on the loop that routes. */
public interface RecipientRules {
    /** Whether a plain subscription that matches is to have the message; tells what is to be told when it is not. */
    boolean includes(RoutedMessage message, FilterSubscription subscription);

    /** The member of a shared subscription that is to have it; null for the one whose turn it is. */
    @Nullable
    FilterSubscription choose(RoutedMessage message, SharedGroup group);
}
