package io.maxmq.examples.standalone;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.auth.Acl;
import io.maxmq.auth.PasswordFile;
import io.maxmq.config.Listener;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.storage.RocksDbStorage;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A broker as a program of its own: starts it as the command line says, prints one line when clients can connect, and
 * closes it when the process is told to end. Ends with 3 when the broker has run out of heap. With the command {@code passwd} it
 * writes a password file instead.
 */
public final class Standalone {
    /** Wrong option, or the port or the data can't be had. */
    private static final int EXIT_USAGE = 2;
    /** The heap was exhausted. */
    private static final int EXIT_FAILED = 3;

    /**
     * Two of its steps may each take that long, and in memory the whole must be done within 2 s of SIGTERM. Storage is not
     * bound by it: its end waits until everything is written.
     */
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(800);

    private Standalone() {}

    public static void main(String[] args) {
        try {
            if (args.length > 0 && args[0].equals(PasswordCommand.NAME)) {
                List<String> arguments = List.of(args).subList(1, args.length);
                System.out.println(PasswordCommand.parse(arguments).run(System.console(), System.in));
                return;
            }
            Options options = Options.parse(List.of(args));
            if (options.help()) {
                System.out.print(Options.HELP);
                return;
            }
            MaxMQ broker = start(options);
            Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "maxmq-stop"));
            System.out.println(ready(broker, options));
            broker.awaitClosed();
            Optional<Throwable> failure = broker.failure();
            if (failure.isPresent()) {
                System.err.println("maxmq: the broker closed itself: " + failure.get());
                System.exit(EXIT_FAILED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UsageException e) {
            System.err.println("maxmq: " + e.getMessage());
            System.exit(EXIT_USAGE);
        }
    }

    private static MaxMQ start(Options options) throws UsageException {
        try {
            Path configFile = options.configFile();
            return (configFile == null ? described(options) : MaxMQ.fromConfig(configFile)).start();
        } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException | StorageException e) {
            throw new UsageException(e);
        }
    }

    private static MaxMQBuilder described(Options options) {
        MaxMQBuilder builder = MaxMQ.builder()
                .name(options.name())
                .configure(config ->
                        config.allowAnonymous(options.allowAnonymous()).closeTimeout(CLOSE_TIMEOUT));
        if (options.port() != Options.NONE) {
            builder.listener(Listener.tcp(options.host(), options.port()));
        }
        if (options.webSocketPort() != Options.NONE) {
            builder.listener(Listener.webSocket(options.host(), options.webSocketPort()));
        }
        Path unixPath = options.unixPath();
        if (unixPath != null) {
            builder.listener(Listener.unix(unixPath));
        }
        TlsOptions tls = options.tls();
        if (tls != null) {
            tls.listeners(options.host()).forEach(builder::listener);
        }
        Path passwordFile = options.passwordFile();
        if (passwordFile != null) {
            builder.authenticator(PasswordFile.at(passwordFile));
        }
        Path aclFile = options.aclFile();
        if (aclFile != null) {
            builder.authorizer(Acl.at(aclFile));
        }
        Path dataDir = options.dataDir();
        if (dataDir != null) {
            builder.storage(
                    RocksDbStorage.at(dataDir).durability(options.durability()).maxDisk(options.maxDiskBytes()));
        }
        return builder;
    }

    private static String ready(MaxMQ broker, Options options) {
        String where = broker.listeners().all().stream()
                .map(each -> each.kind() + " " + shown(each.address()))
                .collect(Collectors.joining(", "));
        return "MaxMQ ready: " + (where.isEmpty() ? "no listener" : where) + " (broker " + broker.name() + ", "
                + kept(options) + ")";
    }

    private static String shown(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return address.toString();
        }
        String host = inet.getAddress().getHostAddress();
        return (inet.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + inet.getPort();
    }

    private static String kept(Options options) {
        if (options.configFile() != null) {
            return "configured by " + options.configFile();
        }
        return options.dataDir() == null
                ? "in memory"
                : options.durability().name().toLowerCase(Locale.ROOT) + " in " + options.dataDir();
    }
}
