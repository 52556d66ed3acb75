package io.maxmq.core.session;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.spi.storage.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Session records that wait until the queue of an earlier session of their client is removed: a start after a crash would give
 * that queue to the new session. The last record of a client counts. A record that is awaited fails after
 * {@value #MAX_SECONDS} s, so that the client comes again.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class HeldRecords {
    private static final long MAX_SECONDS = 5;

    private final Loop loop;
    private final Map<SessionKey, Held> ofClients = new HashMap<>();

    private static final class Held {
        private @Nullable Session session;
        private @Nullable SessionRecord record;
        /** Whether nobody waits for the last record, so that it is repeated until storage takes it. */
        private boolean isRepeated;

        private List<WriteCallback> waiting = new ArrayList<>(1);

        void tell(@Nullable Throwable failure) {
            List<WriteCallback> told = waiting;
            waiting = new ArrayList<>(1);
            told.forEach(each -> each.onWritten(failure));
        }

        /** Fails one that still waits; a later one has its own time. */
        void giveUp(WriteCallback written) {
            if (waiting.remove(written)) {
                written.onWritten(new StorageException(
                        StorageException.Kind.BUSY, "the records of the session before are being removed"));
            }
        }
    }

    /** Writes a record. */
    interface Writer {
        void write(Session session, SessionRecord record, @Nullable WriteCallback written);
    }

    HeldRecords(Loop loop) {
        this.loop = loop;
    }

    /** Records of the client wait from now on. */
    void hold(SessionKey client) {
        ofClients.computeIfAbsent(client, each -> new Held());
    }

    /** Keeps the record if those of its client wait; false when they do not. */
    boolean keep(Session session, SessionRecord record, @Nullable WriteCallback written) {
        if (ofClients.isEmpty()) {
            return false;
        }
        Held held = ofClients.get(session.key());
        if (held == null) {
            return false;
        }
        held.session = session;
        held.record = record;
        held.isRepeated = written == null;
        if (written != null) {
            held.waiting.add(written);
            loop.schedule(MAX_SECONDS * 1_000_000_000L, () -> held.giveUp(written));
        }
        return true;
    }

    /** The client's records wait no longer. */
    void release(SessionKey client, Writer writer) {
        Held held = ofClients.remove(client);
        if (held == null || held.session == null || held.record == null) {
            return;
        }
        writer.write(held.session, held.record, held.isRepeated ? null : held::tell);
        if (held.isRepeated) {
            held.tell(null);
        }
    }

    /** The client's record is not needed: its session has ended. */
    void drop(SessionKey client) {
        Held held = ofClients.remove(client);
        if (held != null) {
            held.tell(null);
        }
    }
}
