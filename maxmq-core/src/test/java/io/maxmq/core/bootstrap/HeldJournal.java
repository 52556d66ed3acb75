package io.maxmq.core.bootstrap;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.session.DeliveryFlags;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionJournal;
import io.maxmq.core.session.SessionStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Storage that writes when the test says so. What a session has it write is named {@code "append c 3 q1 payload"}: the
 * client, the sequence or packet id, the QoS.
 */
final class HeldJournal {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private record Write(String what, Loop loop, WriteCallback completion) {}

    private record Appended(StoredMessage message, int flags, FilterSubscription subscription) {}

    private final List<String> log = new ArrayList<>();
    private final Map<String, TreeMap<Long, Appended>> appended = new HashMap<>();
    private boolean writesAtOnce;
    private @Nullable Random random;
    private int refusedPerCent;
    private int failingReads;
    private final ArrayDeque<Write> waiting = new ArrayDeque<>();
    private final Map<Loop, ArrayDeque<Runnable>> late = new HashMap<>();

    SessionStorage storageOf(Loop loop) {
        return new SessionStorage(new OfLoop(loop), null);
    }

    /** From now on everything is written soon. */
    synchronized void writeAtOnce() {
        writesAtOnce = true;
    }

    /** From now on everything is written sooner or later, and some of what may be refused is. */
    synchronized void writeAtRandom(Random by, int refused) {
        random = by;
        refusedPerCent = refused;
    }

    /** The next reads fail. */
    synchronized void failReads(int count) {
        failingReads = count;
    }

    /** Messages of this client that are not acknowledged. */
    synchronized int messages(String client) {
        return of(client).size();
    }

    /** All messages of this client are gone, as when a disk is damaged. */
    synchronized void damage(String client) {
        of(client).clear();
    }

    private TreeMap<Long, Appended> of(String client) {
        return appended.computeIfAbsent(client, name -> new TreeMap<>());
    }

    /** Everything it was told so far. */
    synchronized List<String> log() {
        return List.copyOf(log);
    }

    /** Waits for the next write, which must be this, and has it done. */
    void write(String what) {
        complete(what, null);
    }

    /** The same, for whichever of these comes first. */
    String writeAny(String... these) {
        Write next = next();
        if (!List.of(these).contains(next.what)) {
            throw new AssertionError("the next write is " + next.what);
        }
        next.loop.execute(() -> next.completion.onWritten(null));
        return next.what;
    }

    /** Waits for the next write, which must be this, and has it fail. */
    void refuse(String what) {
        complete(what, new IOException("disk full"));
    }

    private void complete(String what, @Nullable IOException failure) {
        Write next = next();
        if (!next.what.equals(what)) {
            throw new AssertionError("the next write is " + next.what + ", not " + what);
        }
        next.loop.execute(() -> next.completion.onWritten(failure));
    }

    /** No write waits. */
    synchronized void expectNothing() {
        if (!waiting.isEmpty()) {
            throw new AssertionError("a write waits: " + waiting.peek().what);
        }
    }

    private synchronized Write next() {
        awaitWaiting();
        return waiting.remove();
    }

    /** Waits until something is to be written. */
    synchronized void awaitWaiting() {
        await(() -> !waiting.isEmpty(), "nothing was to be written");
    }

    /** Waits until this client has so many messages and no more. */
    synchronized void awaitMessages(String client, int count) {
        await(() -> of(client).size() == count, client + " did not have " + count + " messages");
    }

    private void await(BooleanSupplier isSo, String otherwise) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!isSo.getAsBoolean()) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new AssertionError(otherwise + ": " + log);
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    private synchronized void note(String what) {
        log.add(what);
    }

    private synchronized void toWrite(String what, Loop loop, WriteCallback completion) {
        log.add(what);
        if (writesAtOnce) {
            loop.execute(() -> completion.onWritten(null));
            return;
        }
        if (random != null) {
            boolean refuses = what.startsWith("append") && random.nextInt(100) < refusedPerCent;
            after(random.nextInt(4), loop, () -> completion.onWritten(refuses ? new IOException("disk full") : null));
            return;
        }
        waiting.add(new Write(what, loop, completion));
        notifyAll();
    }

    /** Some turns of the loop later; in the order of the calls. */
    private void after(int turns, Loop loop, Runnable completion) {
        late.computeIfAbsent(loop, each -> new ArrayDeque<>()).add(completion);
        loop.execute(() -> completeLate(turns, loop));
    }

    private void completeLate(int turns, Loop loop) {
        if (turns > 0) {
            loop.execute(() -> completeLate(turns - 1, loop));
            return;
        }
        Runnable next;
        synchronized (this) {
            next = late.get(loop).remove();
        }
        next.run();
    }

    private final class OfLoop implements SessionJournal {
        private final Loop loop;

        OfLoop(Loop loop) {
            this.loop = loop;
        }

        @Override
        public boolean isDurable() {
            return true;
        }

        @Override
        public Appending append(
                Session session,
                long sequence,
                StoredMessage message,
                int flags,
                FilterSubscription subscription,
                boolean isSent,
                boolean moves,
                WriteCallback completion) {
            String client = client(session);
            synchronized (HeldJournal.this) {
                of(client).put(sequence, new Appended(message, flags, subscription));
            }
            WriteCallback writing = failure -> {
                if (failure != null) {
                    removed(client, sequence);
                }
                completion.onWritten(failure);
            };
            String payload = new String(
                    message.body(), message.propertiesLength(), message.payloadLength(), StandardCharsets.UTF_8);
            toWrite(
                    "append " + client + " " + sequence + " q" + DeliveryFlags.qos(flags) + " " + payload,
                    loop,
                    writing);
            return () -> acknowledge(session, sequence, message);
        }

        @Override
        public void release(
                Session session,
                long sequence,
                StoredMessage message,
                int flags,
                @Nullable FilterSubscription subscription,
                WriteCallback completion) {
            toWrite("release " + client(session) + " " + sequence, loop, completion);
        }

        @Override
        public void acknowledge(Session session, long sequence, @Nullable StoredMessage message) {
            removed(client(session), sequence);
            note("acknowledge " + client(session) + " " + sequence);
        }

        private void removed(String client, long sequence) {
            synchronized (HeldJournal.this) {
                of(client).remove(sequence);
                HeldJournal.this.notifyAll();
            }
        }

        @Override
        public void pageIn(Session session, long fromSequence, int maxMessages, int maxBytes, Page page) {
            String client = client(session);
            loop.execute(() -> read(client, fromSequence, maxMessages, maxBytes, page));
        }

        private void read(String client, long fromSequence, int maxMessages, int maxBytes, Page page) {
            List<Map.Entry<Long, Appended>> found;
            synchronized (HeldJournal.this) {
                if (failingReads > 0) {
                    failingReads--;
                    page.onEnd(new IOException("cannot read"));
                    return;
                }
                found = List.copyOf(of(client).tailMap(fromSequence).entrySet());
            }
            int bytes = 0;
            for (int i = 0; i < found.size() && i < maxMessages && bytes < maxBytes; i++) {
                Appended each = found.get(i).getValue();
                bytes += each.message.body().length;
                if (!page.onMessage(found.get(i).getKey(), each.message, each.flags, each.subscription)) {
                    break;
                }
            }
            page.onEnd(null);
        }

        @Override
        public void pass(
                Session session, long sequence, StoredMessage message, SharedGroup group, WriteCallback completion) {
            toWrite("pass " + client(session) + " " + sequence, loop, completion);
        }

        @Override
        public void passed(Session session, long sequence) {
            note("passed " + client(session) + " " + sequence);
        }

        @Override
        public void receive(
                Session session, int packetId, StoredMessage message, long dueAtMillis, WriteCallback completion) {
            toWrite("receive " + client(session) + " " + packetId, loop, completion);
        }

        @Override
        public void forget(Session session, int packetId, @Nullable WriteCallback completion) {
            toWrite(
                    "forget " + client(session) + " " + packetId,
                    loop,
                    completion == null ? failure -> {} : completion);
        }

        @Override
        public void endInbound(Session session) {
            note("end " + client(session));
        }

        @Override
        public void endOutbound(Session session, long nextSequence) {
            synchronized (HeldJournal.this) {
                of(client(session)).headMap(nextSequence).clear();
            }
        }

        @Override
        public void endOutbound(Session session, long firstSequence, long nextSequence, Runnable removed) {
            synchronized (HeldJournal.this) {
                of(client(session)).subMap(firstSequence, nextSequence).clear();
            }
            removed.run();
        }

        private String client(Session session) {
            assert loop.inLoop();
            return session.key().clientId();
        }
    }
}
