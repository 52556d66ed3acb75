package io.maxmq.api;

import io.maxmq.api.access.ApiAuthenticator;
import io.maxmq.api.http.ApiSettings;
import io.maxmq.config.Tls;
import io.maxmq.spi.Stable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an {@link ApiServer}. Each method replaces the value of an earlier call, unless it says that it adds one. Not
 * thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class ApiServerBuilder {
    private static final int MAX_PORT = 65_535;

    private String host = "127.0.0.1";
    private int port = ApiSettings.NO_PORT;
    private @Nullable Path unixPath;
    private @Nullable Path keys;
    private final List<ApiAuthenticator> authenticators = new ArrayList<>();
    private @Nullable Tls tls;
    private boolean insecure;
    private final List<String> hosts = new ArrayList<>();
    private final List<String> origins = new ArrayList<>();
    private int maxHeadBytes = 16 * 1024;
    private int maxBodyBytes = 1024 * 1024;
    private int maxConnections = 64;
    private int maxStreams = 32;
    private Duration idleTimeout = Duration.ofSeconds(10);
    private Duration handlerTimeout = Duration.ofSeconds(2);
    private int requestsPerSecond = 1000;

    ApiServerBuilder() {}

    /**
     * Listens on a TCP port of the host.
     *
     * @param number 0..65535; 0 picks a free port, see {@link ApiServer#boundAddress}
     */
    public ApiServerBuilder http(int number) {
        port = checked("port", number, 0, MAX_PORT);
        return this;
    }

    /**
     * Sets the name or address to listen on; default {@code 127.0.0.1}. On other addresses than loopback the server starts
     * only with {@linkplain #keys keys} (or an {@linkplain #authenticator authenticator}) and {@linkplain #tls TLS}.
     */
    public ApiServerBuilder host(String nameOrAddress) {
        if (nameOrAddress.isBlank()) {
            throw new IllegalArgumentException("host must not be blank");
        }
        host = nameOrAddress;
        return this;
    }

    /**
     * Listens on a local socket as well: a file of mode 0600 in a directory of mode 0700, which is created if it does not
     * exist. Its callers need no key and have the role {@code admin}.
     */
    public ApiServerBuilder unix(Path file) {
        unixPath = file;
        return this;
    }

    /**
     * Requires a key of this file from each caller over TCP: a line {@code id:sha256:role} or {@code id:sha256:role:tenant}
     * for each key. A changed file takes effect within a second.
     */
    public ApiServerBuilder keys(Path file) {
        keys = file;
        return this;
    }

    /** Adds an authenticator, asked after the earlier ones and before the keys file. */
    public ApiServerBuilder authenticator(ApiAuthenticator authenticator) {
        authenticators.add(authenticator);
        return this;
    }

    /** Speaks HTTPS. Changed files are read again if {@code settings} watches them. */
    public ApiServerBuilder tls(Tls settings) {
        tls = settings;
        return this;
    }

    /**
     * Listens on any address without TLS, and even without keys: then every program that reaches the port has the role
     * {@code operator}. For private networks behind a proxy that authenticates.
     */
    public ApiServerBuilder insecure() {
        insecure = true;
        return this;
    }

    /** Adds a name that requests may carry in {@code Host}, such as that of a proxy before a loopback address. */
    public ApiServerBuilder allowHost(String name) {
        hosts.add(name);
        return this;
    }

    /** Adds an origin whose web pages may call the API (CORS): {@code https://ops.example.com}. */
    public ApiServerBuilder allowOrigin(String origin) {
        origins.add(origin);
        return this;
    }

    /** Sets the maximum size of a request's line and of its headers; default 16 KiB. */
    public ApiServerBuilder maxHeadBytes(int bytes) {
        maxHeadBytes = checked("maxHeadBytes", bytes, 1024, 1 << 20);
        return this;
    }

    /** Sets the maximum size of a request's body; default 1 MiB, as the default maximum packet of MQTT. */
    public ApiServerBuilder maxBodyBytes(int bytes) {
        maxBodyBytes = checked("maxBodyBytes", bytes, 1024, 1 << 28);
        return this;
    }

    /** Sets the maximum number of connections, streams included; default 64. */
    public ApiServerBuilder maxConnections(int number) {
        maxConnections = checked("maxConnections", number, 1, 100_000);
        return this;
    }

    /** Sets the maximum number of streams; default 32. */
    public ApiServerBuilder maxStreams(int number) {
        maxStreams = checked("maxStreams", number, 0, 100_000);
        return this;
    }

    /** Sets the time after which a connection without progress is closed; default 10 s, at least 100 ms. */
    public ApiServerBuilder idleTimeout(Duration time) {
        idleTimeout = checked("idleTimeout", time);
        return this;
    }

    /** Sets the time within which an operation completes; default 2 s, at least 100 ms. */
    public ApiServerBuilder handlerTimeout(Duration time) {
        handlerTimeout = checked("handlerTimeout", time);
        return this;
    }

    /** Sets the maximum rate of one caller, in requests per second; default 1000, 0 for unlimited. */
    public ApiServerBuilder requestsPerSecond(int number) {
        requestsPerSecond = checked("requestsPerSecond", number, 0, 1_000_000);
        return this;
    }

    /**
     * Returns a server with these settings.
     *
     * @throws IllegalArgumentException without a port and without a local socket
     */
    public ApiServer build() {
        if (port == ApiSettings.NO_PORT && unixPath == null) {
            throw new IllegalArgumentException("the API server needs http(port) or unix(file)");
        }
        return new ApiServer(new ApiSettings(
                host,
                port,
                unixPath,
                keys,
                authenticators,
                tls,
                insecure,
                hosts,
                origins,
                maxHeadBytes,
                maxBodyBytes,
                maxConnections,
                maxStreams,
                idleTimeout,
                handlerTimeout,
                requestsPerSecond));
    }

    private static int checked(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be " + min + ".." + max + ": " + name + "=" + value);
        }
        return value;
    }

    private static Duration checked(String name, Duration value) {
        if (value.toMillis() < 100 || value.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + " must be 100 ms..24 days: " + name + "=" + value);
        }
        return value;
    }
}
