package io.maxmq.rules.run;

import io.maxmq.rules.event.EventKind;
import io.maxmq.spi.intercept.Interceptor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The hooks of rules in the data path. They cost something per message or packet, so the broker installs at its start
 * only those that rules need. Guarded by the lock of {@link RuleRegistry}.
 */
final class RuleHooks {
    private final boolean mayIntercept;
    private final InlineRules inline;
    private final DeliveryWatch deliveries = new DeliveryWatch();
    private final PingWatch pings = new PingWatch();

    /** True if the broker has begun, so that it is too late for others. */
    private boolean settled;

    /** True if the broker was given what inline rules run in. */
    private boolean intercepts;

    /** The kinds of {@link EventKind#isWatched} that the broker reports. */
    private final Set<EventKind> watched = EnumSet.noneOf(EventKind.class);

    /** @param mayIntercept whether inline rules may be added when there are none at the start */
    RuleHooks(boolean mayIntercept, InlineRules inline) {
        this.mayIntercept = mayIntercept;
        this.inline = inline;
    }

    /** For a broker that begins with these rules. */
    List<Interceptor> interceptors(List<Plan> plans) {
        settled = true;
        intercepts = mayIntercept || plans.stream().anyMatch(each -> each.inline() != null);
        List<Interceptor> interceptors = new ArrayList<>();
        if (intercepts) {
            interceptors.add(inline);
        }
        if (wants(plans, EventKind.DELIVERED) || wants(plans, EventKind.ACKED)) {
            watched.add(EventKind.DELIVERED);
            watched.add(EventKind.ACKED);
            interceptors.add(deliveries);
        }
        if (wants(plans, EventKind.PING)) {
            watched.add(EventKind.PING);
            interceptors.add(pings);
        }
        return interceptors;
    }

    private static boolean wants(List<Plan> plans, EventKind kind) {
        return plans.stream().anyMatch(each -> each.kinds().contains(kind));
    }

    /** Connects the hooks to the sources of a started engine. */
    void start(Sources sources) {
        deliveries.sources = sources;
        pings.sources = sources;
    }

    /**
     * Returns whether the broker asks what this rule needs: an inline one, and one that names a watched kind alone; one with wildcards does without.
     *
     * @throws IllegalStateException when it does not
     */
    void check(Plan plan) {
        if (!settled) {
            return;
        }
        if (plan.inline() != null && !intercepts) {
            throw new IllegalStateException(
                    "the broker has started without inline rules: say inlineRules(true) of the engine, "
                            + "or add the first before the start: id=" + plan.id());
        }
        for (String source : plan.sources()) {
            Set<EventKind> kinds = EventKind.isEvent(source) ? EventKind.named(source) : Set.of();
            EventKind first = kinds.size() == 1 ? kinds.iterator().next() : null;
            if (first != null && first.isWatched() && !watched.contains(first)) {
                throw new IllegalStateException("the broker has started without a rule on " + source
                        + ", and does not tell of such events: add one, which may be disabled, before the start: id="
                        + plan.id());
            }
        }
    }
}
