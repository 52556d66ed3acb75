package io.maxmq.api;

import io.maxmq.api.call.Operations;
import io.maxmq.api.http.ApiSettings;
import io.maxmq.api.http.Audit;
import io.maxmq.api.http.HttpService;
import io.maxmq.api.resource.Resources;
import io.maxmq.spi.Reloadable;
import io.maxmq.spi.Stable;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.extension.ExtensionInUseException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Management and observation of a broker over HTTP: clients, sessions, subscriptions, retained messages, bans, explanations,
 * live streams. {@code GET /api/v1/openapi.yaml} describes all operations.
 *
 * <pre>{@code
 * MaxMQ.builder().extension(ApiServer.builder().http(8081).keys(Path.of("/etc/maxmq/api-keys")).build()).start();
 * }</pre>
 *
 * <p>The server listens on loopback unless the builder names a host. It has one event loop of its own; requests never run
 * on the event loops of MQTT connections. One object serves one broker.
 *
 * @since 0.1.0
 */
@Stable
public final class ApiServer implements Extension, Reloadable {
    private final ApiSettings settings;
    private boolean isStarted;
    private volatile @Nullable HttpService http;

    ApiServer(ApiSettings settings) {
        this.settings = settings;
    }

    /** Starts a server without a port: set {@link ApiServerBuilder#http(int)} or {@link ApiServerBuilder#unix(Path)}. */
    public static ApiServerBuilder builder() {
        return new ApiServerBuilder();
    }

    /** Returns the address that HTTP callers connect to; empty without TCP, and while the broker is not running. */
    public Optional<InetSocketAddress> boundAddress() {
        HttpService running = http;
        return running == null ? Optional.empty() : running.boundAddress();
    }

    @Override
    public String name() {
        return "api";
    }

    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        synchronized (this) {
            if (isStarted) {
                throw new ExtensionInUseException("an API server serves one broker; build another one");
            }
            isStarted = true;
        }
        Audit audit = new Audit();
        Operations operations = Resources.of(context);
        HttpService service = new HttpService(settings, operations, audit);
        http = service;
        return service.start(context);
    }

    @Override
    public CompletionStage<Void> stop() {
        HttpService running = http;
        return running == null ? CompletableFuture.completedFuture(null) : running.stop();
    }

    @Override
    public Optional<String> source() {
        return Optional.ofNullable(settings.keys()).map(file -> "API keys file " + file);
    }

    /** Reads the keys file again; a changed file takes effect within a second without it. */
    @Override
    public void reload() {
        HttpService running = http;
        if (running != null) {
            running.reloadKeys();
        }
    }
}
