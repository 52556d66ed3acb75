package io.maxmq.core.bootstrap;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscription;
import io.maxmq.core.session.DeliveryFlags;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Storage that writes when the test says so. What a session has it write is named {@code "append c 3 q1 payload"}: the
 * client, the sequence or packet id, the QoS.
 */
final class HeldJournal {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private record Write(String what, Loop loop, SessionJournal.Completion completion) {}

    private final List<String> log = new ArrayList<>();
    private final ArrayDeque<Write> waiting = new ArrayDeque<>();

    SessionJournal of(Loop loop) {
        return new OfLoop(loop);
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
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (waiting.isEmpty()) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new AssertionError("nothing was to be written: " + log);
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

    private synchronized void toWrite(String what, Loop loop, SessionJournal.Completion completion) {
        log.add(what);
        waiting.add(new Write(what, loop, completion));
        notifyAll();
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
        public void append(
                Session session,
                long sequence,
                StoredMessage message,
                int flags,
                Subscription subscription,
                Completion completion) {
            String payload = new String(
                    message.body(), message.propertiesLength(), message.payloadLength(), StandardCharsets.UTF_8);
            toWrite(
                    "append " + client(session) + " " + sequence + " q" + DeliveryFlags.qos(flags) + " " + payload,
                    loop,
                    completion);
        }

        @Override
        public void release(Session session, long sequence, Completion completion) {
            toWrite("release " + client(session) + " " + sequence, loop, completion);
        }

        @Override
        public void acknowledge(Session session, long sequence) {
            note("acknowledge " + client(session) + " " + sequence);
        }

        @Override
        public void receive(Session session, int packetId, long idHigh, long idLow, Completion completion) {
            toWrite("receive " + client(session) + " " + packetId, loop, completion);
        }

        @Override
        public void forget(Session session, int packetId, Completion completion) {
            toWrite("forget " + client(session) + " " + packetId, loop, completion);
        }

        @Override
        public void end(Session session) {
            note("end " + client(session));
        }

        private String client(Session session) {
            assert loop.inLoop();
            return session.key().clientId();
        }
    }
}
