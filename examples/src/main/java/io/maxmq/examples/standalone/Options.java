package io.maxmq.examples.standalone;

import io.maxmq.spi.storage.Durability;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says. Immutable.
 *
 * @param help nothing but the help is asked for
 * @param host name or address to listen on
 * @param port 0..65535 of plain TCP; 0 takes a free one; -1 for none
 * @param webSocketPort 0..65535; 0 takes a free one; -1 for none
 * @param unixPath where the file of a local socket is to be, or null
 * @param tls also listens with TLS, or null
 * @param name of the broker, in threads and logs
 * @param allowAnonymous whether everybody may connect; with a {@code passwordFile} everybody who names no user
 * @param passwordFile whose users may connect, or null
 * @param aclFile whose rules say what clients may do, or null for everything
 * @param dataDir where everything is kept, or null for in memory
 * @param durability what an acknowledged message survives, when there is a {@code dataDir}
 * @param maxDiskBytes from which the {@code dataDir} takes no new data; {@link Long#MAX_VALUE} for no bound
 * @param configFile that says everything else, or null
 */
record Options(
        boolean help,
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
        @Nullable Path configFile) {
    static final int NONE = -1;
    private static final int DEFAULT_PORT = 1883;
    private static final int MIN_DISK_MIB = 16;

    static final String HELP = """
            Usage: java -jar maxmq-standalone.jar [--host HOST] [--port N] [--name NAME]
                       [--unix-path FILE] [--ws-port N] [[--tls-port N] [--wss-port N] --cert FILE --key FILE [--client-ca FILE]]
                       [--data-dir DIR [--durability fsync|os|none] [--max-disk MIB]] [--acl-file FILE]
                       --password-file FILE | --allow-anonymous
                   java -jar maxmq-standalone.jar --config FILE
                   java -jar maxmq-standalone.jar passwd FILE USER [--tenant TENANT] [--scram] [--iterations N] | --delete

            An MQTT 3.1, 3.1.1 and 5.0 broker. passwd adds a user to a password file, or changes the password, which is
            asked for, or read from standard input where there is no terminal.

              --host HOST         name or address to listen on; 127.0.0.1 unless told, 0.0.0.0 for all
              --port N            port to listen on, 0 for a free one; 1883 unless told, and none when
                                  only another is given
              --tls-port N        port to listen on with TLS, 0 for a free one; none unless told
              --unix-path FILE    local socket to listen on, for programs of the same user; its file is made, in place of
                                  one that nobody listens on any more, and goes with the broker
              --ws-port N         port to listen on for WebSocket, at /mqtt; none unless told
              --wss-port N        port to listen on for WebSocket with TLS, at /mqtt; none unless told
              --cert FILE         PEM file with the broker's certificate, then those that issued it
              --key FILE          PEM file with its key; may be the same. A change of the files is in force within two seconds
              --client-ca FILE    let in with TLS only who has a certificate that leads to one of these, in PEM
              --name NAME         the broker's name in threads and logs; maxmq unless told
              --data-dir DIR      keep sessions, queues and retained messages there; without it they are in memory and
                                  gone with the process. One broker at a time; created for its owner alone
              --durability WHAT   what is acknowledged survives: fsync, power loss (unless told); os, the end of the
                                  process; none, neither, but what is left has no gaps
              --max-disk MIB      refuse new data when the files there take so many MiB, 16 or more; clients can still drain
                                  their sessions. Unlimited unless told
              --password-file FILE  let in who is in the file; a change of it is in force within a second
              --allow-anonymous   let everybody connect; with --password-file, everybody who names no user
              --acl-file FILE     what clients may publish and subscribe to, a rule on each line, such as
                                  allow all user=alice topic=devices/${clientid}/#
                                  and nothing else; a change of it is in force within a second
              --config FILE       read everything from a file, and from system properties and environment variables under
                                  the names of its keys; no other option goes with it. maxmq.conf explains each key
              --help              show this

            Prints one line when clients can connect: MaxMQ ready: tcp HOST:PORT, unix FILE ...
            Warnings go to standard error. SIGTERM and SIGINT (Ctrl-C) stop the broker within 2 seconds, or, with
            --data-dir, when everything is written there, which may take as long as the disk does: MQTT 5.0 clients
            are told that the server is shutting down, the exit code is 143 or 130. What is wrong with the command line,
            the port or the data is said in one line on standard error, the exit code is 2.
            """;

    /**
     * Reads a command line.
     *
     * @throws UsageException saying what is wrong with it
     */
    static Options parse(List<String> arguments) throws UsageException {
        String host = "127.0.0.1";
        Integer port = null;
        int webSocketPort = NONE;
        Path unixPath = null;
        TlsOptions.Parts tls = new TlsOptions.Parts();
        String name = "maxmq";
        boolean allowAnonymous = false;
        Path passwordFile = null;
        Path aclFile = null;
        Path dataDir = null;
        Durability durability = null;
        Long maxDiskBytes = null;
        Path configFile = null;
        boolean help = false;

        Set<String> seen = new TreeSet<>();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--host" -> host = value(option, rest);
                case "--port" -> port = port(option, value(option, rest));
                case "--tls-port" -> tls.port = port(option, value(option, rest));
                case "--ws-port" -> webSocketPort = port(option, value(option, rest));
                case "--unix-path" -> unixPath = path(option, value(option, rest));
                case "--wss-port" -> tls.webSocketPort = port(option, value(option, rest));
                case "--cert" -> tls.certificates = path(option, value(option, rest));
                case "--key" -> tls.key = path(option, value(option, rest));
                case "--client-ca" -> tls.clientAuthorities = path(option, value(option, rest));
                case "--name" -> name = value(option, rest);
                case "--allow-anonymous" -> allowAnonymous = true;
                case "--help" -> help = true;
                case "--password-file" -> passwordFile = path(option, value(option, rest));
                case "--acl-file" -> aclFile = path(option, value(option, rest));
                case "--data-dir" -> dataDir = path(option, value(option, rest));
                case "--config" -> configFile = path(option, value(option, rest));
                case "--durability" -> durability = durability(value(option, rest));
                case "--max-disk" -> maxDiskBytes = maxDiskBytes(option, value(option, rest));
                default -> throw new UsageException("unknown option " + option + ", see --help");
            }
            if (!seen.add(option)) {
                throw new UsageException(option + " is given twice");
            }
        }
        if (!help && configFile != null && seen.size() > 1) {
            throw new UsageException("--config goes with no other option: " + String.join(" ", seen));
        }
        if (!help && configFile == null && !allowAnonymous && passwordFile == null) {
            throw new UsageException(
                    "nobody could connect: add --password-file FILE, or --allow-anonymous to let everybody in");
        }
        if (!help && durability != null && dataDir == null) {
            throw new UsageException("--durability needs --data-dir: without it everything is in memory");
        }
        if (!help && maxDiskBytes != null && dataDir == null) {
            throw new UsageException("--max-disk needs --data-dir: without it everything is in memory");
        }
        boolean hasOther = webSocketPort != NONE || unixPath != null || tls.hasPort();
        return new Options(
                help,
                host,
                port != null ? port : hasOther ? NONE : DEFAULT_PORT,
                webSocketPort,
                unixPath,
                help ? null : tls.whole(),
                name,
                allowAnonymous,
                passwordFile,
                aclFile,
                dataDir,
                durability == null ? Durability.FSYNC : durability,
                maxDiskBytes == null ? Long.MAX_VALUE : maxDiskBytes,
                configFile);
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        String value = rest.hasNext() ? rest.next() : "";
        if (value.isEmpty() || value.startsWith("--")) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static int port(String option, String value) throws UsageException {
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

    private static long maxDiskBytes(String option, String value) throws UsageException {
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

    private static Path path(String option, String value) throws UsageException {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new UsageException(option + " must be a path, not " + value);
        }
    }

    private static Durability durability(String value) throws UsageException {
        return switch (value) {
            case "fsync" -> Durability.FSYNC;
            case "os" -> Durability.OS;
            case "none" -> Durability.NONE;
            default -> throw new UsageException("--durability must be fsync, os or none, not " + value);
        };
    }
}
