package io.maxmq.api.http;

import io.maxmq.api.access.ApiPrincipal;
import io.maxmq.api.access.ApiRole;
import io.maxmq.api.call.Operations;
import io.maxmq.config.Tls;
import io.maxmq.spi.FileWatch;
import io.maxmq.spi.Registration;
import io.maxmq.spi.SecretFile;
import io.maxmq.spi.extension.BrokerContext;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.validation.RequestValidator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP servers of one broker, with their own Vert.x and its one event loop: TCP, a local socket, or both. Started and
 * stopped once.
 */
public final class HttpService {
    private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);
    private static final long SWEEP_MILLIS = 1000;

    private final ApiSettings settings;
    private final Operations operations;
    private final Audit audit;
    private final List<Registration> registrations = new ArrayList<>();
    private @Nullable Vertx vertx;
    private @Nullable KeyFile keys;
    private @Nullable LocalSocket localSocket;
    private volatile @Nullable InetSocketAddress boundAddress;

    /** Creates the service; nothing is opened. */
    public HttpService(ApiSettings settings, Operations operations, Audit audit) {
        this.settings = settings;
        this.operations = operations;
        this.audit = audit;
    }

    /** Returns the address of the TCP listener; empty without one, and before it is bound. */
    public Optional<InetSocketAddress> boundAddress() {
        return Optional.ofNullable(boundAddress);
    }

    /**
     * Checks the settings and opens the listeners. Blocks while files are read.
     *
     * @return completes when callers can connect
     * @throws IllegalArgumentException when the settings do not allow to listen
     */
    public CompletionStage<Void> start(BrokerContext broker) {
        InetAddress address = settings.port() == ApiSettings.NO_PORT ? null : resolved(settings.host());
        checkExposure(address);
        Path keysFile = settings.keys();
        FileWatch keysWatch = keysFile == null ? null : new FileWatch(List.of(keysFile), this::reloadKeys);
        keys = keysFile == null ? null : readKeys(keysFile);
        Path unixPath = settings.unixPath();
        LocalSocket socket = unixPath == null ? null : new LocalSocket(unixPath);
        if (socket != null) {
            socket.prepare();
        }
        Contract contract = Contract.load();
        Vertx started = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        vertx = started;
        Context loop = started.getOrCreateContext();
        loop.runOnContext(ignored -> Thread.currentThread().setName(broker.threadPrefix() + "-api"));
        if (keysWatch != null) {
            registrations.add(keysWatch.start(broker.timers()));
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        loop.runOnContext(ignored -> contract.open(started)
                .compose(openApi -> open(started, broker, contract, openApi, address, socket))
                .onComplete(done -> {
                    if (done.failed()) {
                        result.completeExceptionally(done.cause());
                    } else {
                        result.complete(null);
                    }
                }));
        return result;
    }

    private static InetAddress resolved(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("unknown host of the API server: host=" + host, e);
        }
    }

    /** Refuses to listen where others can call the API without a key, or read keys from the network. */
    private void checkExposure(@Nullable InetAddress address) {
        if (address == null) {
            if (settings.unixPath() == null) {
                throw new IllegalArgumentException("the API server needs a port or unixPath");
            }
            return;
        }
        boolean isSafe = settings.hasAuthentication() && settings.tls() != null;
        if (!address.isLoopbackAddress() && !isSafe && !settings.insecure()) {
            throw new IllegalArgumentException("the API server listens on other addresses than loopback only with keys"
                    + " and TLS; add them, or insecure: host=" + settings.host());
        }
        if (!settings.hasAuthentication()) {
            LOG.warn(
                    "The API server on {} has no keys: every program that reaches it has the role operator",
                    settings.host());
        } else if (!address.isLoopbackAddress() && settings.tls() == null) {
            LOG.warn("The API server on {} has no TLS: keys and payloads are readable on the network", settings.host());
        }
    }

    private static KeyFile readKeys(Path file) {
        String exposure = SecretFile.exposure(file);
        if (exposure != null) {
            LOG.warn("{}", exposure);
        }
        return KeyFile.at(file);
    }

    /**
     * Reads the keys again. Blocks.
     *
     * @throws RuntimeException when the file cannot be used; the former keys stay in force
     */
    public void reloadKeys() {
        KeyFile current = keys;
        if (current != null) {
            current.reload();
            LOG.info("The API server read {} keys from {}", current.size(), current.file());
        }
    }

    private Future<Void> open(
            Vertx started,
            BrokerContext broker,
            Contract contract,
            OpenAPIContract openApi,
            @Nullable InetAddress address,
            @Nullable LocalSocket socket) {
        RequestValidator validator = RequestValidator.create(started, openApi);
        Callers callers = new Callers(settings.authenticators(), keys);
        Streams streams =
                new Streams(settings.maxStreams(), settings.idleTimeout().toMillis());
        HttpConnections connections = new HttpConnections(
                settings.maxConnections(), settings.idleTimeout().toNanos());
        started.setPeriodic(SWEEP_MILLIS, ignored -> connections.closeIdle(System.nanoTime()));
        Future<?> opened = Future.succeededFuture();
        if (address != null) {
            ApiPrincipal keyless = settings.hasAuthentication() ? null : ApiPrincipal.of("anonymous", ApiRole.OPERATOR);
            Dispatcher dispatcher = new Dispatcher(
                    broker,
                    settings,
                    contract,
                    openApi,
                    validator,
                    operations,
                    audit,
                    streams,
                    callers,
                    new HeadChecks(address, settings),
                    keyless);
            Tls tls = settings.tls();
            HttpServer server = server(started, dispatcher, connections, tls);
            opened = server.listen(SocketAddress.inetSocketAddress(settings.port(), address.getHostAddress()))
                    .onSuccess(bound -> {
                        boundAddress = new InetSocketAddress(address, bound.actualPort());
                        LOG.info(
                                "The API server listens on {}://{}:{}",
                                tls == null ? "http" : "https",
                                address.getHostAddress(),
                                bound.actualPort());
                    });
            if (tls != null && tls.watchesFiles()) {
                registrations.add(new FileWatch(tls.files(), () -> reloadTls(server, tls)).start(broker.timers()));
            }
        }
        if (socket != null) {
            Dispatcher dispatcher = new Dispatcher(
                    broker,
                    settings,
                    contract,
                    openApi,
                    validator,
                    operations,
                    audit,
                    streams,
                    callers,
                    new HeadChecks(null, settings),
                    ApiPrincipal.of("unix", ApiRole.ADMIN));
            opened = opened.compose(ignored -> openLocal(started, dispatcher, connections, socket));
        }
        return opened.mapEmpty();
    }

    private Future<?> openLocal(Vertx started, Dispatcher dispatcher, HttpConnections connections, LocalSocket socket) {
        return server(started, dispatcher, connections, null)
                .listen(SocketAddress.domainSocketAddress(socket.file().toString()))
                .map(bound -> {
                    localSocket = socket;
                    try {
                        socket.restrict();
                    } catch (IOException e) {
                        throw new IllegalArgumentException("cannot restrict the API socket " + socket.file(), e);
                    }
                    LOG.info("The API server listens on unix {}", socket.file());
                    return bound;
                });
    }

    private HttpServer server(Vertx started, Dispatcher dispatcher, HttpConnections connections, @Nullable Tls tls) {
        HttpServerOptions options = new HttpServerOptions()
                .setMaxInitialLineLength(settings.maxHeadBytes())
                .setMaxHeaderSize(settings.maxHeadBytes())
                .setMaxChunkSize(16 * 1024)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) settings.idleTimeout().toMillis())
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setMaxWebSocketFrameSize(16 * 1024)
                .setMaxWebSocketMessageSize(16 * 1024)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
        if (tls != null) {
            HttpsOptions.check(tls);
            HttpsOptions.apply(tls, options);
        }
        return started.createHttpServer(options)
                .connectionHandler(connection -> accept(connection, connections))
                .invalidRequestHandler(HttpService::refuse)
                .exceptionHandler(e -> LOG.debug("A connection of the API server failed", e))
                .requestHandler(dispatcher.router(started, connections));
    }

    private static void accept(HttpConnection connection, HttpConnections connections) {
        if (connections.opened(connection, System.nanoTime())) {
            connection.closeHandler(closed -> connections.closed(connection));
        } else {
            connection.close();
        }
    }

    private static void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status = cause instanceof TooLongHttpLineException
                ? 414
                : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        request.response().putHeader(HttpHeaders.CONNECTION, "close");
        AnswerWriter.problem(request.response(), Problems.ofStatus(status, null));
        request.connection().close();
    }

    private static void reloadTls(HttpServer server, Tls tls) {
        server.updateSSLOptions(HttpsOptions.options(tls), true).onComplete(done -> {
            if (done.failed()) {
                LOG.error("The API server keeps its former certificate: {}", String.valueOf(done.cause()));
            } else {
                LOG.info("The API server read its key and certificates again");
            }
        });
    }

    /** Closes the listeners and connections, and ends the threads. */
    public CompletionStage<Void> stop() {
        registrations.forEach(Registration::close);
        registrations.clear();
        Vertx running = vertx;
        CompletableFuture<Void> result = new CompletableFuture<>();
        if (running == null) {
            result.complete(null);
            return result;
        }
        running.close().onComplete(closed -> {
            removeSocket();
            if (closed.failed()) {
                result.completeExceptionally(closed.cause());
            } else {
                result.complete(null);
            }
        });
        return result;
    }

    private void removeSocket() {
        LocalSocket socket = localSocket;
        if (socket != null) {
            try {
                socket.remove();
            } catch (IOException e) {
                LOG.warn("The API server could not delete its socket {}: {}", socket.file(), e.toString());
            }
        }
    }
}
