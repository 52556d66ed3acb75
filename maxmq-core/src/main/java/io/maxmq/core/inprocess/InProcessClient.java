package io.maxmq.core.inprocess;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.limit.BudgetAccount;
import io.maxmq.core.observe.SerialExecutor;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.DeliveryFlags;
import io.maxmq.core.session.PacketSink;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.net.SocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The application as the client of a session: messages of the session become calls of a receiver, one at a time and in
 * order, as many as requested; acknowledgements of the receiver become the client's acknowledgements. An in-process
 * subscription therefore uses the session's queue, window, bounds and durability.
 * <p>The methods of {@link PacketSink} run on the session's loop. The receiver is called on the executor, or on that
 * loop without one. {@link #request}, {@link #close} and acknowledgements come from any thread.
 */
final class InProcessClient implements PacketSink {
    /** Messages handed to the receiver before others have the worker. */
    private static final int MESSAGES_PER_TURN = 64;

    /** The application's side. */
    interface Receiver {
        /** One message, which may be kept. Must not throw. */
        void onMessage(Message message, Runnable acknowledge);

        /** Nothing follows. Called at most once, on any thread; not when the application itself has closed. */
        void onEnd(@Nullable Throwable why);
    }

    private record Delivery(Message message, int packetId, int chargedBytes) {}

    private final LoopAssembly at;
    private final SessionKey key;
    private final int queue;
    private final Receiver receiver;
    private final @Nullable SerialExecutor executor;
    private final BudgetAccount account;
    private final Consumer<InProcessClient> onLeft;

    /** Set and read on the loop. */
    private @Nullable Session session;

    // between the loop and the receiver's thread
    private final Queue<Delivery> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final AtomicLong demand = new AtomicLong();
    /** Pending reasons to read {@link #waiting}: the thread that raises it to 1 begins to read. */
    private final AtomicInteger looks = new AtomicInteger();
    /** The session has been told to wait; written before {@link #waitingCount} is read again. */
    private volatile boolean held;

    private final Queue<Delivery> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean acknowledging = new AtomicBoolean();
    private final AtomicBoolean open = new AtomicBoolean(true);

    /**
     * @param queue messages that may wait for the receiver
     *
     * @param executor where the receiver is called; null for the loop
     *
     * @param account the account of waiting QoS 0 messages; others are charged to the session
     * @param onLeft called once, on any thread, at the end
     */
    InProcessClient(
            LoopAssembly at,
            SessionKey key,
            int queue,
            Receiver receiver,
            @Nullable SerialExecutor executor,
            BudgetAccount account,
            Consumer<InProcessClient> onLeft) {
        this.at = at;
        this.key = key;
        this.queue = queue;
        this.receiver = receiver;
        this.executor = executor;
        this.account = account;
        this.onLeft = onLeft;
    }

    SessionKey key() {
        return key;
    }

    /** It has this session from now on. On the loop. */
    void attached(Session to) {
        session = to;
    }

    boolean isOpen() {
        return open.get();
    }

    // ---- the receiver's side

    /** Lets so many more messages come; {@code Long.MAX_VALUE} for all. */
    void request(long more) {
        demand.updateAndGet(now -> now + more < 0 ? Long.MAX_VALUE : now + more);
        look();
    }

    /** Ends it from the application's side: the receiver gets nothing any more, and what is unacknowledged is the session's. */
    void close() {
        if (open.compareAndSet(true, false)) {
            leave();
        }
    }

    /** Ends it from the broker's side. */
    void end(@Nullable Throwable why) {
        if (open.compareAndSet(true, false)) {
            leave();
            receiver.onEnd(why);
        }
    }

    private void leave() {
        onLeft.accept(this);
        account.close();
        at.loop().execute(() -> {
            waiting.clear();
            Session left = session;
            session = null;
            if (left != null) {
                left.detach(this);
            }
        });
    }

    private void look() {
        if (looks.getAndIncrement() == 0) {
            begin();
        }
    }

    private void begin() {
        SerialExecutor on = executor;
        if (on == null) {
            at.loop().execute(this::handOut);
        } else {
            // Refused only when the broker is closed: then no receiver waits for messages.
            on.tryExecute(this::handOut);
        }
    }

    private void handOut() {
        int seen = looks.get();
        int handedOut = 0;
        while (true) {
            while (open.get() && demand.get() > 0 && handedOut < MESSAGES_PER_TURN) {
                Delivery next = waiting.poll();
                if (next == null) {
                    break;
                }
                handedOut++;
                demand.updateAndGet(now -> now == Long.MAX_VALUE ? now : now - 1);
                taken(next);
                receiver.onMessage(next.message(), acknowledgementOf(next));
            }
            if (handedOut == MESSAGES_PER_TURN) {
                begin(); // looks is not 0, so no other thread does
                return;
            }
            seen = looks.addAndGet(-seen);
            if (seen == 0) {
                return;
            }
        }
    }

    private void taken(Delivery delivery) {
        if (delivery.chargedBytes() > 0) {
            account.release(delivery.chargedBytes());
        }
        if (waitingCount.decrementAndGet() <= queue / 2 && held) {
            held = false;
            at.loop().execute(() -> {
                Session of = session;
                if (of != null) {
                    of.onWritable();
                }
            });
        }
    }

    private Runnable acknowledgementOf(Delivery delivery) {
        if (delivery.packetId() == 0) {
            return () -> {};
        }
        AtomicBoolean done = new AtomicBoolean();
        return () -> {
            if (done.compareAndSet(false, true)) {
                acknowledged.add(delivery);
                if (acknowledging.compareAndSet(false, true)) {
                    at.loop().execute(this::passAcknowledgements);
                }
            }
        };
    }

    /** On the loop, all that have come since it was asked to. */
    private void passAcknowledgements() {
        acknowledging.set(false);
        for (Delivery each = acknowledged.poll(); each != null; each = acknowledged.poll()) {
            Session of = session;
            if (of != null) { // else its packet id may mean another message by now
                of.onAck(
                        each.message().qos() == QoS.AT_LEAST_ONCE ? PacketType.PUBACK : PacketType.PUBREC,
                        each.packetId(),
                        ReasonCode.SUCCESS);
            }
        }
    }

    // ---- the session's side

    @Override
    public boolean isWritable() {
        if (waitingCount.get() < queue) {
            return true;
        }
        held = true;
        return waitingCount.get() < queue; // a receiver that takes one from now on sees that it is held
    }

    @Override
    public boolean fits(RoutedMessage message, int flags, FilterSubscription subscription) {
        return true;
    }

    @Override
    public void sendPublish(
            RoutedMessage message, int flags, int packetId, boolean dup, FilterSubscription subscription) {
        if (!open.get()) {
            return; // it is about to leave, and the session keeps what has a packet id
        }
        StoredMessage kept = message.keep();
        int bytes = packetId == 0 ? kept.bytes() : 0;
        if (bytes > 0 && !account.tryCharge(bytes)) {
            at.drops().dropped(key, message, DropReason.MEMORY);
            return;
        }
        Message view = ApplicationMessages.view(
                kept,
                QoS.of(DeliveryFlags.qos(flags)),
                DeliveryFlags.retain(flags),
                at.loop().expiryMillis());
        waitingCount.incrementAndGet();
        waiting.add(new Delivery(view, packetId, bytes));
        look();
    }

    @Override
    public void sendAck(PacketType type, int packetId, ReasonCode reason) {
        if (type == PacketType.PUBREL) {
            at.loop().execute(() -> {
                Session of = session;
                if (of != null) {
                    of.onAck(PacketType.PUBCOMP, packetId, ReasonCode.SUCCESS);
                }
            });
        }
    }

    @Override
    public SocketAddress remoteAddress() {
        return InProcessAddress.INSTANCE;
    }

    @Override
    public void disconnect(Initiator by, ReasonCode reason, String detail) {
        end(new IllegalStateException(
                "the subscription has ended: " + reason + (detail.isEmpty() ? "" : ", " + detail)));
    }
}
