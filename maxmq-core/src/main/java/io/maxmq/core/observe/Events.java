package io.maxmq.core.observe;

import io.maxmq.spi.Clock;
import io.maxmq.spi.Message;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Delivers events to the listeners that want them, and to flight recordings ({@link FlightEvents}). Each listener has
 * its own bounded queue and is called on the worker pool, one event at a time, so that a slow listener delays and loses
 * only its own events. Thread-safe.
 *
 * <p>Callers check {@link #wants} first, so that unwanted events are never created.
 */
public final class Events {

    /** Bound of the events that wait for one listener. */
    private static final int QUEUE_CAPACITY = 4096;

    /** Bound of the message payloads that wait for one listener. */
    private static final long MAX_MESSAGE_BYTES = 16L << 20;

    /** Approximate memory of a message beside its payload. */
    private static final int MESSAGE_BYTES = 256;

    private final String broker;
    private final WorkerPool workers;
    private final PluginFailures failures;
    private final AtomicLong lost = new AtomicLong();

    /** Guarded by this; used only for changes. */
    private final List<Sink> sinks = new ArrayList<>();

    /** Copy of {@link #sinks}; replaced under the lock of this, read without. */
    private volatile Sink[] allSinks = {};

    /** Sinks by wanted kind; replaced under the lock of this, read without. */
    private volatile Map<Class<?>, Sink[]> sinksByKind = Map.of();

    /** Cached from {@link #sinksByKind} for the two kinds that are checked per message. */
    private volatile boolean wantsUnmatched;

    private volatile boolean wantsDropped;

    /** Creates an instance without listeners. */
    public Events(WorkerPool workers, Clock clock, Loggers loggers) {
        this.broker = loggers.brokerName();
        this.workers = workers;
        this.failures = new PluginFailures(clock, this, loggers.of("plugin"));
    }

    /** Same as {@link #wants} for {@link BrokerEvent.MessageUnmatched}. Costs a volatile read. */
    public boolean wantsUnmatched() { // hot: per message
        return wantsUnmatched;
    }

    /** Same as {@link #wants} for {@link BrokerEvent.MessageDropped}. Costs a volatile read. */
    public boolean wantsDropped() { // hot: per drop
        return wantsDropped || FlightEvents.wantsDropped();
    }

    /**
     * Returns whether a listener or a flight recording wants events of this kind. Costs a volatile read, and a hash
     * look-up if there is any listener or recording.
     */
    public boolean wants(Class<? extends BrokerEvent> kind) {
        Map<Class<?>, Sink[]> byKind = sinksByKind;
        return (!byKind.isEmpty() && byKind.containsKey(kind)) || FlightEvents.wants(kind);
    }

    /** Returns whether any listener wants events of this kind with their messages. */
    public boolean wantsMessages(Class<? extends BrokerEvent> kind) {
        Sink[] wanting = sinksByKind.get(kind);
        if (wanting != null) {
            for (Sink each : wanting) {
                if (each.wantsMessages) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Queues the event for each listener that wants it. Never blocks, never throws. */
    public void emit(BrokerEvent event) {
        FlightEvents.record(broker, event);
        Sink[] wanting = sinksByKind.get(event.getClass());
        if (wanting != null) {
            for (Sink sink : wanting) {
                sink.offer(event, false);
            }
        }
    }

    /**
     * Queues an event of a batch, in order, without waking a thread: waking costs more than most events, so it is done
     * once per batch.
     *
     * @return true if the caller must call {@link #wake} at the end of the batch
     */
    public boolean emitInBatch(BrokerEvent event) {
        FlightEvents.record(broker, event);
        boolean owes = false;
        Sink[] wanting = sinksByKind.get(event.getClass());
        if (wanting != null) {
            for (Sink sink : wanting) {
                sink.offer(event, true);
                owes |= sink.queue.isOwed();
            }
        }
        return owes;
    }

    /** Starts the delivery of events emitted in batches. */
    public void wake() {
        for (Sink sink : allSinks) {
            sink.queue.begin();
        }
    }

    /** Adds a listener. */
    public Registration add(BrokerListener listener) {
        Sink sink = new Sink(listener, workers.serial(QUEUE_CAPACITY));
        synchronized (this) {
            sinks.add(sink);
            publishSinks();
        }
        return () -> remove(sink);
    }

    /** Number of events lost because a listener's queue was full. */
    public long lost() {
        return lost.get();
    }

    /** Receives the failures of plug-ins. */
    public PluginFailures failures() {
        return failures;
    }

    private synchronized void remove(Sink sink) {
        sink.closed = true;
        if (sinks.remove(sink)) {
            publishSinks();
        }
    }

    private void publishSinks() {
        Map<Class<?>, Sink[]> byKind = new HashMap<>();
        for (Class<?> kind : BrokerEvent.class.getPermittedSubclasses()) {
            Sink[] wanting =
                    sinks.stream().filter(sink -> sink.kinds.contains(kind)).toArray(Sink[]::new);
            if (wanting.length > 0) {
                byKind.put(kind, wanting);
            }
        }
        sinksByKind = byKind;
        wantsUnmatched = byKind.containsKey(BrokerEvent.MessageUnmatched.class);
        wantsDropped = byKind.containsKey(BrokerEvent.MessageDropped.class);
        allSinks = sinks.toArray(Sink[]::new);
    }

    /** Returns the memory charge of an event's message; 0 without a message. */
    private static int messageLength(BrokerEvent event) {
        Optional<Message> message = Optional.empty();
        if (event instanceof BrokerEvent.MessageDropped dropped) {
            message = dropped.message();
        } else if (event instanceof BrokerEvent.MessageUnmatched unmatched) {
            message = unmatched.message();
        }
        return message.isEmpty() ? 0 : MESSAGE_BYTES + message.get().payloadLength();
    }

    private static BrokerEvent withoutMessage(BrokerEvent event, boolean withClient) {
        if (event instanceof BrokerEvent.MessageDropped dropped) {
            return new BrokerEvent.MessageDropped(
                    dropped.atEpochMillis(),
                    dropped.tenant(),
                    dropped.clientId(),
                    dropped.topic(),
                    dropped.reason(),
                    dropped.count(),
                    dropped.bytes(),
                    withClient ? dropped.client() : Optional.empty(),
                    Optional.empty());
        } else if (event instanceof BrokerEvent.MessageUnmatched unmatched) {
            return new BrokerEvent.MessageUnmatched(
                    unmatched.atEpochMillis(),
                    unmatched.tenant(),
                    unmatched.clientId(),
                    unmatched.topic(),
                    withClient ? unmatched.client() : Optional.empty(),
                    Optional.empty());
        }
        return event;
    }

    /** One listener with its queue. */
    private final class Sink {

        private final BrokerListener listener;
        private final String name;
        private final List<Class<?>> kinds;
        private final SerialExecutor queue;
        private final boolean wantsMessages;

        /** Bytes of the waiting messages. */
        private final AtomicLong messageBytes = new AtomicLong();

        /** Set once, by remove; read on the worker before each call. */
        private volatile boolean closed;

        Sink(BrokerListener listener, SerialExecutor queue) {
            this.listener = listener;
            this.name = listener.name();
            this.queue = queue;
            this.wantsMessages = listener.wantsMessages();
            this.kinds = new ArrayList<>();
            for (Class<?> kind : BrokerEvent.class.getPermittedSubclasses()) {
                if (listener.wants(kind.asSubclass(BrokerEvent.class))) {
                    kinds.add(kind);
                }
            }
        }

        void offer(BrokerEvent event, boolean inBatch) {
            if (event instanceof BrokerEvent.PluginFailed failed
                    && failed.plugin().equals(name)) {
                return; // a listener does not get its own failures, which would repeat forever
            }
            int length = messageLength(event);
            if (length > 0) {
                offerMessage(event, length, inBatch);
            } else {
                offer(() -> call(event), inBatch);
            }
        }

        /** Queues the event with its message while the bound allows, otherwise without it. */
        private void offerMessage(BrokerEvent event, int length, boolean inBatch) {
            if (wantsMessages && messageBytes.addAndGet(length) <= MAX_MESSAGE_BYTES) {
                boolean taken = offer(
                        () -> {
                            call(event);
                            messageBytes.addAndGet(-length);
                        },
                        inBatch);
                if (!taken) {
                    messageBytes.addAndGet(-length);
                }
                return;
            }
            if (wantsMessages) {
                messageBytes.addAndGet(-length);
            }
            BrokerEvent bare = withoutMessage(event, wantsMessages);
            offer(() -> call(bare), inBatch);
        }

        private boolean offer(Runnable call, boolean inBatch) {
            boolean taken = inBatch ? queue.tryAdd(call) : queue.tryExecute(call);
            if (!taken) {
                lost.incrementAndGet();
                failures.report(name, "onEvent", Failure.OVERFLOW, null);
            }
            return taken;
        }

        private void call(BrokerEvent event) {
            if (closed) {
                return;
            }
            try {
                listener.onEvent(event);
            } catch (Throwable e) { // a failing listener affects nothing else
                failures.report(name, "onEvent", Failure.THREW, e);
            }
        }
    }
}
