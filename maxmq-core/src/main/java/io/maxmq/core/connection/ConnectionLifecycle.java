package io.maxmq.core.connection;

import java.util.EnumSet;
import java.util.Set;

/** Lifecycle of one Network Connection: its state, and the transitions between states. Runs on the connection's loop. Not thread-safe. */
final class ConnectionLifecycle {
    /** States; every state before {@link #CLOSED} may become {@link #LEAVING} or {@link #CLOSED}. */
    enum State {
        /** The socket is accepted; event listeners do not know of it. */
        ACCEPTED,
        /** Event listeners know of it; CONNECT and its answer are outstanding. */
        OPENED,
        /** Attached to a session that storage has yet to confirm. */
        ATTACHING,
        /** CONNACK is sent: packets flow in both directions. */
        ESTABLISHED,
        /** Event listeners know that the client is refused. */
        REFUSED,
        /** Disconnect is scheduled; further input is ignored and nothing is sent to the client. */
        LEAVING,
        /** Ended by the client, the broker or the network. */
        CLOSED,
        /** The channel is closed. */
        GONE
    }

    private State state = State.ACCEPTED;

    State state() {
        return state;
    }

    /** Enters a state; false, and no change, where that transition is not allowed. */
    boolean enter(State next) {
        boolean allowed = after(state).contains(next);
        if (allowed) {
            state = next;
        }
        return allowed;
    }

    private static Set<State> after(State state) {
        return switch (state) {
            case ACCEPTED -> EnumSet.of(State.OPENED, State.REFUSED, State.LEAVING, State.CLOSED);
            case OPENED -> EnumSet.of(State.ATTACHING, State.ESTABLISHED, State.REFUSED, State.LEAVING, State.CLOSED);
            case ATTACHING -> EnumSet.of(State.OPENED, State.LEAVING, State.CLOSED);
            case ESTABLISHED, REFUSED -> EnumSet.of(State.LEAVING, State.CLOSED);
            case LEAVING -> EnumSet.of(State.CLOSED);
            case CLOSED -> EnumSet.of(State.GONE);
            case GONE -> EnumSet.noneOf(State.class);
        };
    }

    /** Returns whether messages may be sent to the client. */
    boolean isEstablished() { // hot: per message and recipient
        return state == State.ESTABLISHED;
    }

    /** Returns whether the connection has ended or is about to. */
    boolean isEnding() { // hot: per read
        return state == State.LEAVING || isClosed();
    }

    boolean isClosed() {
        return state == State.CLOSED || state == State.GONE;
    }

    boolean isGone() {
        return state == State.GONE;
    }
}
