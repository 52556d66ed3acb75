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
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * A broker as a program of its own: starts it as the command line says, prints one line when clients can connect, and
 * closes it when the process is told to end. Ends with 3 when the broker has run out of heap. The command {@code passwd} writes a password
 * file, {@code completion} prints a script for shells.
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

    /** Of slf4j's simple backend, which the jar brings. */
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    private Standalone() {}

    public static void main(String[] args) {
        try {
            BrokerCommand broker = new BrokerCommand();
            CommandLine commands = new CommandLine(broker);
            ParseResult result = Parser.parse(commands, List.of(args));
            if (!saysSomething(result)) {
                awaitEnd(start(Options.of(broker, result)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UsageException e) {
            System.err.println("maxmq: " + e.getMessage());
            System.exit(EXIT_USAGE);
        }
    }

    private static void awaitEnd(MaxMQ broker) throws InterruptedException {
        broker.awaitClosed();
        Optional<Throwable> failure = broker.failure();
        if (failure.isPresent()) {
            System.err.println("maxmq: the broker closed itself: " + failure.get());
            System.exit(EXIT_FAILED);
        }
    }

    /** Returns whether the command line asks for something other than a broker. */
    private static boolean saysSomething(ParseResult result) throws UsageException {
        ParseResult last = result;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        CommandLine command = last.commandSpec().commandLine();
        if (last.isUsageHelpRequested()) {
            command.usage(System.out);
        } else if (last.isVersionHelpRequested()) {
            System.out.println(version());
        } else if (command.getCommand() instanceof PasswordCommand passwd) {
            System.out.println(passwd.run(System.console(), System.in));
        } else if (command.getCommand() instanceof CompletionCommand) {
            System.out.print(CompletionCommand.script());
        } else {
            return false;
        }
        return true;
    }

    private static String version() {
        String version = Standalone.class.getPackage().getImplementationVersion();
        return "MaxMQ " + (version == null ? "of unknown version" : version) + " on Java " + Runtime.version();
    }

    private static MaxMQ start(Options options) throws UsageException {
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, options.logLevel());
        }
        try {
            Path log = options.accessLog();
            AccessLog accessLog = log == null ? null : new AccessLog(log);
            Service service = new Service(new ServiceManager(System.getenv("NOTIFY_SOCKET")), accessLog);
            service.handleHangUp(complaint -> System.err.println("maxmq: " + complaint));
            Path configFile = options.configFile();
            MaxMQBuilder builder = configFile == null ? described(options) : MaxMQ.fromConfig(configFile);
            options.bans().forEach(builder::ban);
            if (accessLog != null) {
                builder.eventListener(accessLog);
            }
            MaxMQ broker = builder.start();
            service.started(broker);
            System.out.println(ready(broker, options));
            return broker;
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
