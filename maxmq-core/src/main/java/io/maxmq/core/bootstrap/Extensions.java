package io.maxmq.core.bootstrap;

import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.extension.ExtensionInUseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts a broker's extensions in the builder's order and stops them in reverse. On the starting and closing thread. */
final class Extensions implements AutoCloseable {
    private final Plugins plugins;
    private final ExtensionServices services;
    private final Deque<Extension> started = new ArrayDeque<>();

    Extensions(Plugins plugins, ExtensionServices services) {
        this.plugins = plugins;
        this.services = services;
    }

    void start() {
        for (Extension extension : plugins.extensions()) {
            started.push(extension);
            try {
                var ready = extension.start(services);
                if (ready == null) {
                    throw new IllegalStateException("start returned null");
                }
                ready.toCompletableFuture().join();
            } catch (ExtensionInUseException e) {
                started.pop(); // it is another broker's to stop
                throw failed(extension, e);
            } catch (IllegalArgumentException e) {
                throw e; // a setting of it is wrong, and the message says which
            } catch (CompletionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw cause instanceof IllegalArgumentException wrong ? wrong : failed(extension, cause);
            } catch (Exception e) {
                throw failed(extension, e);
            }
        }
    }

    private static IllegalStateException failed(Extension extension, Throwable cause) {
        return new IllegalStateException(
                "extension " + extension.name() + " failed to start: " + cause.getMessage(), cause);
    }

    /** Stops them. */
    @Override
    public void close() {
        while (!started.isEmpty()) {
            Extension extension = started.pop();
            try {
                extension
                        .stop()
                        .toCompletableFuture()
                        .get(services.closeTimeout().toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                services.failures().report(extension.name(), "stop", Failure.TIMEOUT, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                services.failures().report(extension.name(), "stop", Failure.THREW, e.getCause());
            } catch (Throwable e) { // the embedder's code; the others are to be stopped all the same
                services.failures().report(extension.name(), "stop", Failure.THREW, e);
            }
        }
        services.close();
    }
}
