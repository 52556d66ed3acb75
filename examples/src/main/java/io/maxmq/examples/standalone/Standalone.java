package io.maxmq.examples.standalone;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A broker as a program of its own: starts it as the command line says, prints one line when clients can connect, and
 * closes it when the process is told to end. The broker's threads keep the process alive.
 */
public final class Standalone {
    /** Wrong option, or the port can't be had. */
    private static final int EXIT_USAGE = 2;

    /** Two of its steps may each take that long, and the whole must be done within 2 s of SIGTERM. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(800);

    private Standalone() {}

    public static void main(String[] args) {
        try {
            Options options = Options.parse(List.of(args));
            if (options.help()) {
                System.out.print(Options.HELP);
                return;
            }
            MaxMQ broker = start(options);
            Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "maxmq-stop"));
            System.out.println(ready(broker));
        } catch (UsageException e) {
            System.err.println("maxmq: " + e.getMessage());
            System.exit(EXIT_USAGE);
        }
    }

    private static MaxMQ start(Options options) throws UsageException {
        try {
            return MaxMQ.builder()
                    .name(options.name())
                    .listener(Listener.tcp(options.host(), options.port()))
                    .configure(config ->
                            config.allowAnonymous(options.allowAnonymous()).closeTimeout(CLOSE_TIMEOUT))
                    .start();
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new UsageException(e);
        }
    }

    private static String ready(MaxMQ broker) {
        InetSocketAddress address = broker.listeners().tcp().address();
        String host = address.getAddress().getHostAddress();
        String shown = address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host;
        return "MaxMQ ready: tcp " + shown + ":" + address.getPort() + " (broker " + broker.name() + ", in memory)";
    }
}
