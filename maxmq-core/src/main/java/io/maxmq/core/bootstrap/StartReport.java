package io.maxmq.core.bootstrap;

import io.maxmq.config.BrokerConfig;
import io.maxmq.core.listener.ListenerRegistry;
import io.maxmq.core.observe.ReleaseVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Writes to the log what has started: versions, listeners, storage and the limits in force, a line each. Stateless. */
final class StartReport {
    private StartReport() {}

    static void write(
            Logger log,
            BrokerConfig config,
            ListenerRegistry listeners,
            String transport,
            Limits limits,
            @Nullable String storage) {
        log.info(
                "MaxMQ {} started on Java {} ({}), {} {} with {} processors",
                ReleaseVersion.of(StartReport.class).orElse("of unknown version"),
                Runtime.version(),
                System.getProperty("java.vm.vendor", ""),
                System.getProperty("os.name", ""),
                System.getProperty("os.arch", ""),
                Runtime.getRuntime().availableProcessors());
        listeners
                .all()
                .forEach(
                        each -> log.info("listener {} ({}) was bound to {}", each.name(), each.kind(), each.address()));
        log.info("storage: {}", storage == null ? "in memory, it ends with the broker" : storage);
        log.info(
                "limits: memory {} bytes, {} event loops on {}, packets up to {} bytes, {} sessions, queues of {} messages or {} bytes,"
                        + " {} bans at the start",
                limits.memoryBytes(),
                limits.loops(),
                transport,
                config.connections().maxPacketBytes(),
                config.sessions().maxSessions(),
                config.sessions().maxQueuedMessages(),
                config.sessions().maxQueuedBytes(),
                config.bans().size());
    }

    /** Limits that the machine has decided. */
    record Limits(long memoryBytes, int loops) {}
}
