package io.maxmq.junit;

import io.maxmq.codec.PacketType;
import io.maxmq.spi.Preview;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgements (PUBACK, PUBREC, PUBREL, PUBCOMP) that go from or to one client: to lose them, or to let them go on
 * later. What is done holds for later connections of the client id too. Other packets pass meanwhile, and overtake. When several
 * faults concern one acknowledgement, the first that is open counts. Made by {@link Faults}. Thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class Acknowledgements {
    private static final Set<PacketType> TYPES =
            EnumSet.of(PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP);

    private final FaultRules rules;
    private final String clientId;
    private final AckFault.Sender sender;

    Acknowledgements(FaultRules rules, String clientId, AckFault.Sender sender) {
        this.rules = rules;
        this.clientId = clientId;
        this.sender = sender;
    }

    /**
     * They do not arrive. The sender believes that they have: on a connection that stays, nothing makes up for it, so that the
     * messages stay in flight until the client connects again.
     *
     * @throws IllegalArgumentException when {@code type} is no acknowledgement of a PUBLISH
     */
    public AckFault lose(PacketType type) {
        return add(type, AckFault.Kind.LOSE, null);
    }

    /**
     * They wait until the fault is closed; with their connection they are lost.
     *
     * @throws IllegalArgumentException when {@code type} is no acknowledgement of a PUBLISH
     */
    public AckFault hold(PacketType type) {
        return add(type, AckFault.Kind.HOLD, null);
    }

    /**
     * Each arrives so much later, by the machine's time.
     *
     * @throws IllegalArgumentException when {@code type} is no acknowledgement of a PUBLISH, or the delay is negative
     */
    public AckFault delay(PacketType type, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative: delay=" + delay);
        }
        return add(type, AckFault.Kind.DELAY, delay);
    }

    private AckFault add(PacketType type, AckFault.Kind kind, @Nullable Duration delay) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("type must be one of " + TYPES + ": type=" + type);
        }
        AckFault fault = new AckFault(rules, clientId, sender, type, kind, delay);
        rules.add(fault);
        return fault;
    }
}
