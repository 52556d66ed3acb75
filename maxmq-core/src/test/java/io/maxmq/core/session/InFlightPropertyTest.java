package io.maxmq.core.session;

import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

import static org.assertj.core.api.Assertions.assertThat;

/** {@link InFlight} against a list of what was sent: whatever comes in which order, both say the same. */
class InFlightPropertyTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    /** One thing that happens; {@code pick} chooses among what is in flight, so that most acknowledgements hit. */
    record Step(Kind kind, int pick) {}

    enum Kind {
        SEND_QOS_1,
        SEND_QOS_2,
        SKIP,
        /** Sequences go on far above those of before, wherever on the circle of packet ids. */
        START,
        PUBACK,
        PUBREC,
        REFUSING_PUBREC,
        PUBCOMP,
        UNKNOWN,
        RECONNECT,
        RESEND
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(6, Arbitraries.of(Kind.SEND_QOS_1, Kind.SEND_QOS_2)),
                                net.jqwik.api.Tuple.of(
                                        6,
                                        Arbitraries.of(Kind.PUBACK, Kind.PUBREC, Kind.REFUSING_PUBREC, Kind.PUBCOMP)),
                                net.jqwik.api.Tuple.of(
                                        1,
                                        Arbitraries.of(
                                                Kind.UNKNOWN,
                                                Kind.SKIP,
                                                Kind.START,
                                                Kind.RECONNECT,
                                                Kind.RESEND,
                                                Kind.RESEND))),
                        Arbitraries.integers().between(0, 1000))
                .as(Step::new)
                .list()
                .ofMaxSize(300);
    }

    @Property(tries = 300)
    void agreesWithAList(
            @ForAll("steps") List<Step> steps,
            @ForAll @IntRange(min = 1, max = 20) int window,
            @ForAll @LongRange(max = 200_000) long firstSequence) {
        LoopCounters counters = new LoopCounters();
        InFlight inFlight = new InFlight(counters);
        Model model = new Model(firstSequence);

        for (int i = 0; i < steps.size(); i++) {
            apply(steps.get(i), i, inFlight, model, window);

            assertThat(inFlight.outstanding()).isEqualTo(model.sent.size());
            assertThat(counters.value(Counter.IN_FLIGHT)).isEqualTo(model.sent.size());
            assertThat(inFlight.bytes()).isEqualTo(model.bytes());
            assertThat(inFlight.hasRoom(window, NO_LIMIT, model.next)).isEqualTo(model.hasRoom(window));
        }

        List<String> left = new ArrayList<>();
        inFlight.clear((sequence, message, flags, subscription) -> left.add(Messages.text(message)));
        assertThat(left)
                .isEqualTo(model.sent.stream()
                        .filter(each -> !each.released)
                        .map(each -> Messages.text(each.message))
                        .toList());
        assertThat(inFlight.outstanding()).isZero();
        assertThat(counters.value(Counter.IN_FLIGHT)).isZero();
        assertThat(inFlight.bytes()).isZero();
    }

    private static void apply(Step step, int number, InFlight inFlight, Model model, int window) {
        Sent chosen = model.sent.isEmpty() ? null : model.sent.get(step.pick() % model.sent.size());
        int packetId = chosen == null ? 1 + step.pick() : chosen.packetId;
        switch (step.kind()) {
            case SKIP -> model.next += step.pick() % 50;
            case START -> model.next += 100_000_000L + step.pick() * 100_003L;
            case SEND_QOS_1, SEND_QOS_2 -> {
                if (inFlight.hasRoom(window, NO_LIMIT, model.next)) {
                    int qos = step.kind() == Kind.SEND_QOS_1 ? 1 : 2;
                    StoredMessage message = Messages.of("m" + number, qos);
                    int id = inFlight.add(model.next, message, qos, Messages.SUBSCRIPTION);
                    assertThat(inFlight.sequence(id)).isEqualTo(model.next++);
                    assertThat(id).isBetween(1, 65_535);
                    assertThat(model.sent).noneMatch(each -> each.packetId == id);
                    model.sent.add(new Sent(id, qos, message));
                }
            }
            case PUBACK -> expectTaken(inFlight.remove(packetId, 1), model.take(chosen, 1));
            case REFUSING_PUBREC -> expectTaken(inFlight.remove(packetId, 2), model.take(chosen, 2));
            case PUBREC -> expectTaken(inFlight.release(packetId), model.release(chosen));
            case PUBCOMP -> assertThat(inFlight.complete(packetId)).isEqualTo(model.complete(chosen));
            case UNKNOWN -> {
                int unknown = 1 + (int) ((model.next + 20_000 + step.pick()) % InFlight.PACKET_IDS);
                if (model.sent.stream().noneMatch(each -> each.packetId == unknown)) {
                    assertThat(inFlight.remove(unknown, 1)).isNull();
                    assertThat(inFlight.release(unknown)).isNull();
                    assertThat(inFlight.complete(unknown)).isFalse();
                }
            }
            case RECONNECT -> {
                inFlight.restart();
                model.sent.forEach(each -> each.onThisConnection = false);
            }
            case RESEND -> {
                List<String> again = new ArrayList<>();
                while (inFlight.resendNext(window, new Recorder(again))) {
                    // as long as the window has room
                }
                assertThat(again).isEqualTo(model.resend(window));
            }
        }
    }

    private static void expectTaken(StoredMessage taken, StoredMessage expected) {
        assertThat(taken).isSameAs(expected);
    }

    private record Recorder(List<String> again) implements InFlight.Resender {
        @Override
        public void resendPublish(StoredMessage message, int flags, int packetId, FilterSubscription subscription) {
            again.add(Messages.text(message) + "@" + packetId);
        }

        @Override
        public void resendPubRel(int packetId) {
            again.add("PUBREL@" + packetId);
        }
    }

    private static final class Sent {
        private final int packetId;
        private final int qos;
        private final StoredMessage message;
        private boolean released;
        private boolean onThisConnection = true;

        private Sent(int packetId, int qos, StoredMessage message) {
            this.packetId = packetId;
            this.qos = qos;
            this.message = message;
        }
    }

    /** What was sent and is not fully acknowledged, in sending order. */
    private static final class Model {
        private final List<Sent> sent = new ArrayList<>();
        private long next;

        private Model(long firstSequence) {
            next = firstSequence;
        }

        private boolean hasRoom(int window) {
            return active() < window
                    && sent.stream()
                            .allMatch(each -> each.onThisConnection && each.packetId != InFlight.packetId(next));
        }

        private long active() {
            return sent.stream().filter(each -> each.onThisConnection).count();
        }

        private long bytes() {
            return sent.stream()
                    .filter(each -> !each.released)
                    .mapToLong(each -> each.message.bytes())
                    .sum();
        }

        private StoredMessage take(Sent chosen, int qos) {
            if (chosen == null || chosen.qos != qos || chosen.released) {
                return null;
            }
            sent.remove(chosen);
            return chosen.message;
        }

        private StoredMessage release(Sent chosen) {
            if (chosen == null || chosen.qos != 2 || chosen.released) {
                return null;
            }
            chosen.released = true;
            return chosen.message;
        }

        private boolean complete(Sent chosen) {
            return chosen != null && chosen.released && sent.remove(chosen);
        }

        private List<String> resend(int window) {
            List<String> again = new ArrayList<>();
            for (Sent each : sent) {
                if (!each.onThisConnection && active() < window) {
                    each.onThisConnection = true;
                    again.add((each.released ? "PUBREL" : Messages.text(each.message)) + "@" + each.packetId);
                }
            }
            return again;
        }
    }
}
