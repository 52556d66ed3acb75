package io.maxmq.examples.standalone;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the broker as the command line has them; {@link Options} checks them. Filled by picocli. Not thread-safe. */
@Command(
        name = "maxmq",
        customSynopsis = {
            "maxmq --password-file FILE | --allow-anonymous [OPTIONS]",
            "       maxmq --config FILE [--log-level LEVEL] [--access-log FILE] [--ban KIND=VALUE]...",
            "       maxmq passwd FILE [USER [--tenant TENANT] [--scram] [--iterations N] [--delete]]",
            "       maxmq completion"
        },
        description = {
            "",
            "An MQTT 3.1, 3.1.1 and 5.0 broker. maxmq stands for: java -jar maxmq-standalone.jar",
        },
        subcommands = {PasswordCommand.class, CompletionCommand.class},
        sortOptions = false,
        separator = " ",
        commandListHeading = "%nCommands:%n",
        usageHelpWidth = 120,
        footer = {
            "",
            "When clients can connect, it prints one line on stdout: MaxMQ ready: tcp HOST:PORT, unix FILE ... Logs go to stderr.",
            "SIGTERM and SIGINT (Ctrl-C) stop the broker within 2 seconds; with --data-dir, when everything is written there, which",
            "may take as long as the disk does. It sends MQTT 5.0 clients a DISCONNECT; the exit code is 143 or 130. SIGHUP reloads",
            "password, ACL and TLS files and the bans of the configuration file, and opens the access log anew. A wrong option, a",
            "port that is taken and unusable data are one line on stderr; the exit code is 2. When the heap runs out, it is 3.",
        })
final class BrokerCommand {
    @ArgGroup(validate = false, order = 1, heading = "%nListeners:%n")
    Listeners listeners = new Listeners();

    @ArgGroup(validate = false, order = 2, heading = "%nTLS:%n")
    TlsFiles tls = new TlsFiles();

    @ArgGroup(validate = false, order = 3, heading = "%nClients:%n")
    Clients clients = new Clients();

    @ArgGroup(validate = false, order = 4, heading = "%nStorage:%n")
    Data data = new Data();

    @ArgGroup(validate = false, order = 5, heading = "%nOperation:%n")
    Operation operation = new Operation();

    @ArgGroup(validate = false, order = 6, heading = "%nInformation:%n")
    Information information = new Information();

    static final class Listeners {
        @Option(
                names = "--host",
                paramLabel = "HOST",
                description = "name or address to listen on; default 127.0.0.1, 0.0.0.0 for all addresses")
        @Nullable
        String host;

        @Option(
                names = "--port",
                paramLabel = "N",
                description =
                        "port for TCP, 0 for a free one; default 1883, and no port when only another listener is given")
        @Nullable
        String port;

        @Option(names = "--tls-port", paramLabel = "N", description = "port for TLS, 0 for a free one; default none")
        @Nullable
        String tlsPort;

        @Option(
                names = "--ws-port",
                paramLabel = "N",
                description = "port for WebSocket, at /mqtt, 0 for a free one; default none")
        @Nullable
        String webSocketPort;

        @Option(
                names = "--wss-port",
                paramLabel = "N",
                description = "port for WebSocket with TLS, at /mqtt, 0 for a free one; default none")
        @Nullable
        String secureWebSocketPort;

        @Option(
                names = "--unix-path",
                paramLabel = "FILE",
                description =
                        "local socket for programs of the same user; the broker creates its file, replaces a file that no"
                                + " program listens on, and removes it at its end")
        @Nullable
        String unixPath;
    }

    static final class TlsFiles {
        @Option(
                names = "--cert",
                paramLabel = "FILE",
                description = "PEM file with the broker's certificate, then the certificates of its issuers")
        @Nullable
        String certificates;

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description =
                        "PEM file with its key; may be the same file. Changed files take effect within two seconds")
        @Nullable
        String key;

        @Option(
                names = "--client-ca",
                paramLabel = "FILE",
                description = "accept only clients with a certificate from one of these authorities, in PEM")
        @Nullable
        String clientAuthorities;
    }

    static final class Clients {
        @Option(
                names = "--allow-anonymous",
                description = "let every client connect; with --password-file every client without a user name")
        boolean allowAnonymous;

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "let the users in this file connect; a changed file takes effect within a second")
        @Nullable
        String passwordFile;

        @Option(
                names = "--acl-file",
                paramLabel = "FILE",
                description = "what clients may publish and subscribe to, a rule on each line, such as%n"
                        + "allow all user=alice topic=devices/$${clientid}/#%n"
                        + "and nothing else; a changed file takes effect within a second")
        @Nullable
        String aclFile;

        @Option(
                names = "--ban",
                paramLabel = "KIND=VALUE",
                description = "refuse client=ID, user=NAME or address=RANGE; may be repeated")
        List<String> bans = new ArrayList<>();
    }

    static final class Data {
        @Option(
                names = "--data-dir",
                paramLabel = "DIR",
                description =
                        "keep sessions, queues and retained messages in this directory; default in memory. One broker at a"
                                + " time; created for its owner alone")
        @Nullable
        String dataDir;

        @Option(
                names = "--durability",
                paramLabel = "WHAT",
                description =
                        "what acknowledged messages survive: fsync, power loss (default); os, the end of the process;"
                                + " none, neither, but the remaining ones have no gaps")
        @Nullable
        String durability;

        @Option(
                names = "--max-disk",
                paramLabel = "MIB",
                description =
                        "refuse new data when the files there take so many MiB, 16 or more; clients can still drain their"
                                + " sessions; default unlimited")
        @Nullable
        String maxDisk;
    }

    static final class Operation {
        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "the broker's name in threads and logs; default maxmq")
        @Nullable
        String name;

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description =
                        "read everything from a file, and from system properties and environment variables named after its"
                                + " keys. maxmq.conf explains each key")
        @Nullable
        String configFile;

        @Option(
                names = "--log-level",
                paramLabel = "LEVEL",
                description = "error, warn, info (default), debug, trace or off")
        @Nullable
        String logLevel;

        @Option(
                names = "--access-log",
                paramLabel = "FILE",
                description = "append a line for each connect, disconnect and refusal")
        @Nullable
        String accessLog;
    }

    static final class Information {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "show this")
        boolean help;

        @Option(
                names = {"-V", "--version"},
                versionHelp = true,
                description = "show the version")
        boolean version;
    }
}
