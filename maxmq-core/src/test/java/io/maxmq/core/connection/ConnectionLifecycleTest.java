package io.maxmq.core.connection;

import io.maxmq.core.connection.ConnectionLifecycle.State;
import java.util.List;
import org.junit.jupiter.api.Test;

import static io.maxmq.core.connection.ConnectionLifecycle.State.ACCEPTED;
import static io.maxmq.core.connection.ConnectionLifecycle.State.ATTACHING;
import static io.maxmq.core.connection.ConnectionLifecycle.State.CLOSED;
import static io.maxmq.core.connection.ConnectionLifecycle.State.ESTABLISHED;
import static io.maxmq.core.connection.ConnectionLifecycle.State.GONE;
import static io.maxmq.core.connection.ConnectionLifecycle.State.LEAVING;
import static io.maxmq.core.connection.ConnectionLifecycle.State.OPENED;
import static io.maxmq.core.connection.ConnectionLifecycle.State.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;

class ConnectionLifecycleTest {
    private final ConnectionLifecycle lifecycle = new ConnectionLifecycle();

    private void pass(State... through) {
        for (State each : through) {
            assertThat(lifecycle.enter(each)).as("enters " + each).isTrue();
            assertThat(lifecycle.state()).isEqualTo(each);
        }
    }

    @Test
    void passesThroughAllStatesOfAnEstablishedConnection() {
        pass(OPENED, ATTACHING, OPENED, ESTABLISHED, LEAVING, CLOSED, GONE);
    }

    @Test
    void passesThroughTheStatesOfARefusedConnection() {
        pass(OPENED, REFUSED, CLOSED, GONE);
    }

    @Test
    void isOpenedOnce() {
        pass(OPENED);
        assertThat(lifecycle.enter(OPENED)).isFalse();
    }

    @Test
    void isEstablishedInOneStateOnly() {
        for (State each : List.of(OPENED, ATTACHING, OPENED, ESTABLISHED, LEAVING, CLOSED, GONE)) {
            pass(each);
            assertThat(lifecycle.isEstablished()).as(each.name()).isEqualTo(each == ESTABLISHED);
        }
    }

    @Test
    void endsBeforeItCloses() {
        assertThat(lifecycle.isEnding()).isFalse();
        pass(OPENED, ESTABLISHED);
        assertThat(lifecycle.isEnding()).isFalse();
        pass(LEAVING);
        assertThat(lifecycle.isEnding()).isTrue();
        assertThat(lifecycle.isClosed()).isFalse();
        pass(CLOSED);
        assertThat(lifecycle.isClosed()).isTrue();
        assertThat(lifecycle.isGone()).isFalse();
        pass(GONE);
        assertThat(lifecycle.isClosed()).isTrue();
        assertThat(lifecycle.isGone()).isTrue();
    }

    @Test
    void staysClosedWhateverFollows() {
        pass(OPENED, CLOSED);
        for (State each : List.of(ACCEPTED, OPENED, ATTACHING, ESTABLISHED, REFUSED, LEAVING, CLOSED)) {
            assertThat(lifecycle.enter(each)).as("enters " + each).isFalse();
        }
        pass(GONE);
        for (State each : State.values()) {
            assertThat(lifecycle.enter(each)).as("enters " + each).isFalse();
        }
    }

    @Test
    void isEstablishedByNoStateThatEnds() {
        pass(OPENED, LEAVING);
        assertThat(lifecycle.enter(ESTABLISHED)).isFalse();
        assertThat(lifecycle.state()).isEqualTo(LEAVING);
    }

    @Test
    void closesFromEveryStateBefore() {
        for (State[] path : new State[][] {
            {}, {OPENED}, {OPENED, ATTACHING}, {OPENED, ESTABLISHED}, {OPENED, REFUSED}, {OPENED, LEAVING}
        }) {
            ConnectionLifecycle each = new ConnectionLifecycle();
            for (State step : path) {
                each.enter(step);
            }
            assertThat(each.enter(CLOSED)).as("from " + each.state()).isTrue();
        }
    }
}
