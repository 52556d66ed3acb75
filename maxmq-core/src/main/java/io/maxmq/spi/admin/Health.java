package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.List;

/**
 * The health of a broker at the time of the request. Immutable.
 *
 * @param status the worst of the checks
 * @param isReady whether clients can be sent to it: it has started, is not being closed, no check is {@link
 *     Status#DOWN}, and not all of its listeners are paused
 * @param checks one per checked component, each always present: {@code broker}, {@code loops}, {@code listeners},
 *     {@code memory}, {@code workers}; others may come with a minor version
 * @since 0.1.0
 */
@Stable
public record Health(Status status, boolean isReady, List<Check> checks) {

    /**
     * The state of a component.
     *
     * @since 0.1.0
     */
    @Stable
    public enum Status {
        /** Works as configured. */
        UP,
        /** Works for some clients only, or not for long: an operator should check. */
        DEGRADED,
        /** It does not work. */
        DOWN
    }

    /**
     * The state of one component.
     *
     * @param name lower case letters
     * @param detail for people: numbers and names, never secrets
     * @since 0.1.0
     */
    @Stable
    public record Check(String name, Status status, String detail) {}

    /** Copies the checks. */
    public Health {
        checks = List.copyOf(checks);
    }

    /** Puts the checks together. */
    public static Health of(boolean isReady, List<Check> checks) {
        Status worst = checks.stream().map(Check::status).max(Enum::compareTo).orElse(Status.UP);
        return new Health(worst, isReady && worst != Status.DOWN, checks);
    }

    /**
     * Returns the check of this name.
     *
     * @throws IllegalArgumentException when there is no such check
     */
    public Check check(String name) {
        return checks.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such check: name=" + name));
    }
}
