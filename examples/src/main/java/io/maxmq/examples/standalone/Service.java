package io.maxmq.examples.standalone;

import io.maxmq.MaxMQ;
import io.maxmq.spi.admin.Reloaded;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * The broker as a service of the operating system: SIGHUP reloads it, SIGTERM closes it, and the service manager hears of both.
 * Thread-safe.
 */
final class Service {
    private static final String READY = "serving clients";

    private final ServiceManager manager;
    private final @Nullable AccessLog accessLog;

    /** Null until the broker has started; guarded by this. */
    private @Nullable MaxMQ broker;

    Service(ServiceManager manager, @Nullable AccessLog accessLog) {
        this.manager = manager;
        this.accessLog = accessLog;
    }

    /** From now on SIGHUP reloads. Before this it ends the process, as it does where signals cannot be handled. */
    void handleHangUp(Consumer<String> complaint) {
        try {
            Signal.handle(new Signal("HUP"), signal -> reload(complaint));
        } catch (IllegalArgumentException e) {
            // No such signal (Windows), or the JVM runs with -Xrs.
        }
    }

    /** Clients can connect. */
    synchronized void started(MaxMQ started) {
        broker = started;
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "maxmq-stop"));
        manager.ready(READY);
    }

    /** Reads the files again, and opens the access log anew. The broker's log says what became of each. */
    private synchronized void reload(Consumer<String> complaint) {
        MaxMQ running = broker;
        if (running == null || !running.isRunning()) {
            return;
        }
        manager.reloading();
        if (accessLog != null) {
            try {
                accessLog.reopen();
            } catch (RuntimeException e) {
                complaint.accept(String.valueOf(e.getMessage()));
            }
        }
        List<Reloaded> sources = running.reload();
        long failed =
                sources.stream().filter(each -> each.problem().isPresent()).count();
        manager.ready(READY + ", reloaded " + sources.size() + " sources, " + failed + " failed");
    }

    private void stop() {
        manager.stopping();
        MaxMQ running;
        synchronized (this) {
            running = broker;
        }
        if (running != null) {
            running.close();
        }
        if (accessLog != null) {
            accessLog.close();
        }
    }
}
