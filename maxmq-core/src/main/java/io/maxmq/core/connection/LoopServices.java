package io.maxmq.core.connection;

import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Router;
import io.maxmq.core.session.DroppedMessages;
import io.maxmq.core.session.LoopSessions;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the connections of one loop share. Runs on the loop. Not thread-safe. */
final class LoopServices {
    private static final int FIRST_SCRATCH_BYTES = 256;

    private final Loop loop;
    private final CallerLoop caller;
    private final Router router;
    private final LoopSessions sessions;
    private final PublishFrames frames;
    private final RoutedMessage inTransit;
    private final DroppedMessages drops;
    private final Set<Connection> open = new LinkedHashSet<>();
    private byte[] scratch = new byte[FIRST_SCRATCH_BYTES];

    LoopServices(SessionLoop at, PublishFrames frames, RoutedMessage inTransit) {
        this.loop = at.loop();
        this.caller = at.caller();
        this.router = at.router();
        this.sessions = at.sessions();
        this.drops = at.drops();
        this.frames = frames;
        this.inTransit = inTransit;
    }

    Loop loop() {
        return loop;
    }

    /** The loop as the access chains see it. */
    CallerLoop caller() {
        return caller;
    }

    Router router() {
        return router;
    }

    LoopSessions sessions() {
        return sessions;
    }

    PublishFrames frames() {
        return frames;
    }

    /** The flyweight for what is published on this loop; one message at a time. */
    RoutedMessage inTransit() {
        return inTransit;
    }

    DroppedMessages drops() {
        return drops;
    }

    /** Room for at least {@code bytes}, valid until the next call. */
    byte[] scratch(int bytes) {
        assert loop.inLoop();
        if (scratch.length < bytes) {
            scratch = new byte[Math.max(bytes, scratch.length * 2)];
        }
        return scratch;
    }

    /** The connections that live here now. */
    Set<Connection> open() {
        assert loop.inLoop();
        return open;
    }
}
