package io.maxmq.rules;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.rules.run.InlineMode;
import io.maxmq.spi.Preview;

/**
 * The action of an inline rule on a message before it is routed, for {@link RuleBuilder#inline}. Immutable.
 *
 *
 * @since 0.1.0
 */
@Preview
public final class InlineAction {
    private final InlineMode mode;

    private InlineAction(InlineMode mode) {
        this.mode = mode;
    }

    /**
     * Changes the message: the fields {@code topic}, {@code payload} (a map or array as JSON), {@code qos}, {@code retain} and {@code
     * user_properties} (a map) of the record take the place of the message's. Fields that the record has not, and a message of which no
     * record comes, stay as they are.
     */
    public static InlineAction transform() {
        return new InlineAction(new InlineMode(InlineMode.Kind.TRANSFORM, null, false));
    }

    /** Rejects a message of which no record comes: one that the condition does not let through. */
    public static InlineAction require(ReasonCode code) {
        return new InlineAction(new InlineMode(InlineMode.Kind.REQUIRE, checked(code), false));
    }

    /** Drops a message of which no record comes; its publisher is told that all went well. */
    public static InlineAction requireOrDrop() {
        return new InlineAction(new InlineMode(InlineMode.Kind.REQUIRE, null, false));
    }

    /** Rejects a message of which a record comes. */
    public static InlineAction reject(ReasonCode code) {
        return new InlineAction(new InlineMode(InlineMode.Kind.REFUSE, checked(code), false));
    }

    /** Drops a message of which a record comes; its publisher is told that all went well. */
    public static InlineAction drop() {
        return new InlineAction(new InlineMode(InlineMode.Kind.REFUSE, null, false));
    }

    /**
     * Refuses a message on which the rule fails, as the rule refuses others: with its reason code, or by dropping it. A rule that only
     * changes messages rejects it with 0x83, unless {@link #failClosed(ReasonCode)} names another code. Without this the message passes.
     * A rule that fails closed is not suspended when it takes too long: each such message holds up its event loop.
     */
    public InlineAction failClosed() {
        return new InlineAction(new InlineMode(mode.kind(), mode.code(), true));
    }

    /**
     * As {@link #failClosed()}, with a reason code for a rule that changes messages.
     *
     * @throws IllegalStateException when the rule requires or refuses messages: it has its reason code
     */
    public InlineAction failClosed(ReasonCode code) {
        if (mode.kind() != InlineMode.Kind.TRANSFORM) {
            throw new IllegalStateException("a rule that refuses messages has its reason code: code=" + code);
        }
        return new InlineAction(new InlineMode(mode.kind(), checked(code), true));
    }

    InlineMode mode() {
        return mode;
    }

    private static ReasonCode checked(ReasonCode code) {
        if (!code.isError() || !code.allowedIn(PacketType.PUBACK)) {
            throw new IllegalArgumentException("code must be an error of PUBACK: code=" + code);
        }
        return code;
    }
}
