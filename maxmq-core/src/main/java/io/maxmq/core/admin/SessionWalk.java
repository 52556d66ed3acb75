package io.maxmq.core.admin;

import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.Session;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A walk over the sessions of all loops, one loop after the other, each session on its own loop. After a slice of work
 * a loop serves its sockets before the walk goes on, so many sessions delay no client.
 * <p>The visitor moves from loop to loop with the walk; its results need no lock.
 */
final class SessionWalk {
    /** Sessions, or what costs as much, looked at in one turn of a loop: some 100 microseconds. */
    private static final int LOOKS_PER_TURN = 1000;

    private final List<LoopAssembly> loops;
    private final Visitor visitor;
    private final CompletableFuture<?> answer;
    private int looks;

    /** Looks at sessions. */
    interface Visitor {
        /**
         * Looks at one session, on its loop.
         *
         * @param at where it is
         * @return how much more work it was than looking at one: 0 or more; or {@link #STOP}
         */
        int visit(Session session, SessionCursor at);

        /** Called once, on the last loop, when all have been looked at; not when the visitor has stopped the walk. */
        void end();

        int STOP = -1;
    }

    private SessionWalk(List<LoopAssembly> loops, Visitor visitor, CompletableFuture<?> answer) {
        this.loops = loops;
        this.visitor = visitor;
        this.answer = answer;
    }

    /**
     * Begins a walk.
     *
     * @param answer told what the visitor throws; when it is complete the walk ends
     */
    static void begin(List<LoopAssembly> loops, SessionCursor from, Visitor visitor, CompletableFuture<?> answer) {
        new SessionWalk(loops, visitor, answer).enter(from.loop(), from.slot());
    }

    private void enter(int loop, int slot) {
        loops.get(loop).loop().execute(() -> turn(loop, slot));
    }

    private void turn(int loop, int from) {
        try {
            walk(loop, from);
        } catch (Throwable t) {
            answer.completeExceptionally(t);
        }
    }

    private void walk(int loop, int from) {
        LoopSessions sessions = loops.get(loop).sessions();
        looks = 0;
        for (int slot = from; slot < sessions.slots(); slot++) {
            if (looks >= LOOKS_PER_TURN) {
                int next = slot;
                if (!answer.isDone()) {
                    loops.get(loop).loop().executeNextTurn(() -> turn(loop, next));
                }
                return;
            }
            Session session = sessions.at(slot);
            int work = session == null ? 0 : visitor.visit(session, new SessionCursor(loop, slot, ""));
            if (work == Visitor.STOP) {
                return;
            }
            looks += 1 + work;
        }
        if (loop + 1 < loops.size()) {
            enter(loop + 1, 0);
        } else {
            visitor.end();
        }
    }

    /** The cursor of a page as a page has it. */
    static Optional<String> next(SessionCursor at) {
        return Optional.of(at.toString());
    }
}
