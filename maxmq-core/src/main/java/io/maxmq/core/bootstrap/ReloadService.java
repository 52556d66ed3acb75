package io.maxmq.core.bootstrap;

import io.maxmq.core.listener.ListenerRegistry;
import io.maxmq.spi.Reloadable;
import io.maxmq.spi.admin.Reloaded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.slf4j.Logger;

/** Reads again the files of the plug-ins and of the TLS listeners. Thread-safe; blocks its caller. */
final class ReloadService {
    private final Plugins plugins;
    private final ListenerRegistry listeners;
    private final Logger log;

    ReloadService(Plugins plugins, ListenerRegistry listeners, Logger log) {
        this.plugins = plugins;
        this.listeners = listeners;
        this.log = log;
    }

    /** Every source with what became of it. */
    List<Reloaded> run() {
        List<Reloaded> all = new ArrayList<>();
        for (Reloadable each : reloadable()) {
            each.source().ifPresent(source -> all.add(attempt(source, each::reload)));
        }
        for (String name : listeners.namesWithTls()) {
            all.add(attempt(
                    "TLS files of listener " + name,
                    () -> listeners.reloadTls(name).toCompletableFuture().join()));
        }
        all.forEach(this::tell);
        return all;
    }

    /** Each once: an authenticator that is an extension is in both lists. */
    private Set<Reloadable> reloadable() {
        Set<Reloadable> all = Collections.newSetFromMap(new IdentityHashMap<>());
        Stream.of(
                        plugins.authenticators(),
                        plugins.enhancedAuthenticators(),
                        plugins.authorizers(),
                        plugins.rateLimiters(),
                        plugins.extensions())
                .flatMap(List::stream)
                .filter(Reloadable.class::isInstance)
                .forEach(each -> all.add((Reloadable) each));
        return all;
    }

    private static Reloaded attempt(String source, Runnable reading) {
        try {
            reading.run();
            return Reloaded.done(source, "");
        } catch (CompletionException e) {
            return Reloaded.failed(source, e.getCause() == null ? e : e.getCause());
        } catch (RuntimeException e) { // the embedder's code, too
            return Reloaded.failed(source, e);
        }
    }

    /** Logs one source. */
    void tell(Reloaded each) {
        if (each.problem().isPresent()) {
            log.warn(
                    "{} was not reloaded, its former content stays in force: {}",
                    each.source(),
                    each.problem().get());
        } else {
            log.info("{} was reloaded{}", each.source(), each.detail().isEmpty() ? "" : ": " + each.detail());
        }
    }
}
