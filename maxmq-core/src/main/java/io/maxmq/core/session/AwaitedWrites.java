package io.maxmq.core.session;

import io.maxmq.core.persistence.WriteCallback;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Outstanding writes that a reply waits for. Runs on the session's event loop. Not thread-safe. */
final class AwaitedWrites {
    private final List<WriteCallback> waiting = new ArrayList<>(1);
    private int outstanding;
    private @Nullable Throwable failure;

    /** Adds one outstanding write and returns its callback. */
    WriteCallback expect() {
        outstanding++;
        return this::written;
    }

    private void written(@Nullable Throwable problem) {
        if (failure == null) {
            failure = problem;
        }
        if (--outstanding > 0) {
            return;
        }
        Throwable result = failure;
        failure = null;
        List<WriteCallback> told = List.copyOf(waiting);
        waiting.clear();
        told.forEach(each -> each.onWritten(result));
    }

    boolean areDone() {
        return outstanding == 0;
    }

    /**
     * Calls {@code done} when all outstanding writes are complete, with the first failure among them; never within this
     * call. Requires an outstanding write.
     */
    void then(WriteCallback done) {
        assert outstanding > 0;
        waiting.add(done);
    }
}
