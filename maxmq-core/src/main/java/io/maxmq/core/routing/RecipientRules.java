package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/** Rules that select the recipients of a message. Called on the routing loop. */
public interface RecipientRules {
    /** Returns whether a matching plain subscription gets the message. If not, reports the drop itself. */
    boolean includes(RoutedMessage message, FilterSubscription subscription);

    /** Returns the member of a shared subscription that gets the message; null leaves the choice to the group. */
    @Nullable
    FilterSubscription choose(RoutedMessage message, SharedGroup group);
}
