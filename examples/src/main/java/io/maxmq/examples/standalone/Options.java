package io.maxmq.examples.standalone;

import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.storage.Durability;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * The options of the command line. Immutable.
 *
 *
 * @param host name or address to listen on
 *
 * @param port 0..65535 of plain TCP; 0 takes a free one; -1 for none
 *
 * @param webSocketPort 0..65535; 0 takes a free one; -1 for none
 *
 * @param unixPath where the file of a local socket is to be, or null
 *
 * @param tls also listens with TLS, or null
 *
 * @param name of the broker, in threads and logs
 *
 * @param allowAnonymous whether every client may connect; with a {@code passwordFile} every client without a user name
 * @param passwordFile the users that may connect, or null
 * @param aclFile the rules for clients, or null to allow everything
 * @param dataDir the directory of the storage, or null for in memory
 *
 * @param durability what an acknowledged message survives, when there is a {@code dataDir}
 *
 * @param maxDiskBytes from which the {@code dataDir} takes no new data; {@link Long#MAX_VALUE} for no bound
 *
 * @param configFile that says everything else, or null
 *
 * @param bans clients, users and addresses that may not connect
 *
 * @param logLevel of the log on stderr
 *
 * @param accessLog where connects, disconnects and refusals are written, or null
 */
record Options(
        String host,
        int port,
        int webSocketPort,
        @Nullable Path unixPath,
        @Nullable TlsOptions tls,
        String name,
        boolean allowAnonymous,
        @Nullable Path passwordFile,
        @Nullable Path aclFile,
        @Nullable Path dataDir,
        Durability durability,
        long maxDiskBytes,
        @Nullable Path configFile,
        List<Ban> bans,
        String logLevel,
        @Nullable Path accessLog) {
    static final int NONE = -1;
    private static final int DEFAULT_PORT = 1883;
    private static final int MIN_DISK_MIB = 16;

    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace", "off");

    /** Options that go with a configuration file. */
    private static final Set<String> BESIDE_CONFIG = Set.of("--config", "--log-level", "--access-log", "--ban");

    /**
     * Reads a command line.
     *
     * @throws UsageException saying what is wrong with it
     */
    static Options parse(List<String> arguments) throws UsageException {
        BrokerCommand command = new BrokerCommand();
        return of(command, Parser.parse(new CommandLine(command), arguments));
    }

    /**
     * Checks what was read.
     *
     * @throws UsageException saying what is wrong with it
     */
    static Options of(BrokerCommand command, ParseResult result) throws UsageException {
        Set<String> seen = new TreeSet<>();
        result.matchedOptions().forEach(each -> seen.add(each.longestName()));
        BrokerCommand.Listeners listeners = command.listeners;
        BrokerCommand.Clients clients = command.clients;
        TlsOptions.Parts tls = new TlsOptions.Parts();
        tls.port = port("--tls-port", listeners.tlsPort);
        tls.webSocketPort = port("--wss-port", listeners.secureWebSocketPort);
        tls.certificates = path("--cert", command.tls.certificates);
        tls.key = path("--key", command.tls.key);
        tls.clientAuthorities = path("--client-ca", command.tls.clientAuthorities);
        Path unixPath = path("--unix-path", listeners.unixPath);
        Path passwordFile = path("--password-file", clients.passwordFile);
        Path dataDir = path("--data-dir", command.data.dataDir);
        Path configFile = path("--config", command.operation.configFile);
        int port = port("--port", listeners.port);
        int webSocketPort = port("--ws-port", listeners.webSocketPort);
        Durability durability = durability(command.data.durability);
        long maxDiskBytes = maxDiskBytes("--max-disk", command.data.maxDisk);

        if (configFile != null && !BESIDE_CONFIG.containsAll(seen)) {
            throw new UsageException("--config goes with no other option: " + String.join(" ", seen));
        }
        if (configFile == null && !clients.allowAnonymous && passwordFile == null) {
            throw new UsageException(
                    "no client could connect: add --password-file FILE, or --allow-anonymous to let every client connect");
        }
        if (command.data.durability != null && dataDir == null) {
            throw new UsageException("--durability needs --data-dir: without it everything is in memory");
        }
        if (command.data.maxDisk != null && dataDir == null) {
            throw new UsageException("--max-disk needs --data-dir: without it everything is in memory");
        }
        boolean hasOther = webSocketPort != NONE || unixPath != null || tls.hasPort();
        return new Options(
                text("--host", listeners.host, "127.0.0.1"),
                listeners.port != null ? port : hasOther ? NONE : DEFAULT_PORT,
                webSocketPort,
                unixPath,
                tls.whole(),
                text("--name", command.operation.name, "maxmq"),
                clients.allowAnonymous,
                passwordFile,
                path("--acl-file", clients.aclFile),
                dataDir,
                durability,
                maxDiskBytes,
                configFile,
                bans(clients.bans),
                logLevel(command.operation.logLevel),
                path("--access-log", command.operation.accessLog));
    }

    private static String text(String option, @Nullable String value, String otherwise) throws UsageException {
        if (value != null && value.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return value == null ? otherwise : value;
    }

    private static String logLevel(@Nullable String value) throws UsageException {
        String level = value == null ? "info" : value;
        if (!LOG_LEVELS.contains(level)) {
            throw new UsageException("--log-level must be error, warn, info, debug, trace or off, not " + level);
        }
        return level;
    }

    private static List<Ban> bans(List<String> values) throws UsageException {
        List<Ban> bans = new ArrayList<>();
        for (String each : values) {
            int equals = each.indexOf('=');
            String value = each.substring(equals + 1);
            try {
                bans.add(
                        switch (each.substring(0, Math.max(0, equals))) {
                            case "client" -> Ban.client(value);
                            case "user" -> Ban.user(value);
                            case "address" -> Ban.address(value);
                            default ->
                                throw new UsageException(
                                        "--ban must be client=ID, user=NAME or address=RANGE, not " + each);
                        });
            } catch (IllegalArgumentException e) {
                throw new UsageException("--ban " + each + ": " + e.getMessage());
            }
        }
        return List.copyOf(bans);
    }

    private static int port(String option, @Nullable String value) throws UsageException {
        if (value == null) {
            return NONE;
        }
        text(option, value, "");
        try {
            int port = Integer.parseInt(value);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException(option + " must be 0..65535, not " + value);
    }

    private static long maxDiskBytes(String option, @Nullable String value) throws UsageException {
        if (value == null) {
            return Long.MAX_VALUE;
        }
        try {
            int mebibytes = Integer.parseInt(value);
            if (mebibytes >= MIN_DISK_MIB) {
                return (long) mebibytes << 20;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException(option + " must be " + MIN_DISK_MIB + " MiB or more, not " + value);
    }

    private static @Nullable Path path(String option, @Nullable String value) throws UsageException {
        if (value == null) {
            return null;
        }
        text(option, value, "");
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new UsageException(option + " must be a path, not " + value);
        }
    }

    private static Durability durability(@Nullable String value) throws UsageException {
        return switch (value == null ? "fsync" : value) {
            case "fsync" -> Durability.FSYNC;
            case "os" -> Durability.OS;
            case "none" -> Durability.NONE;
            default -> throw new UsageException("--durability must be fsync, os or none, not " + value);
        };
    }
}
