package io.maxmq.examples.standalone;

import io.maxmq.codec.Utf8;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerListener;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/**
 * Appends a line for each connect, disconnect and refusal to a file: {@code TIME KIND client="ID" user="NAME" address="HOST:PORT"
 * listener="NAME" reason="CODE" detail="TEXT"}. A program that rotates logs renames the file and sends SIGHUP, whereupon the next line goes
 * to a new file. Control characters are escaped. Thread-safe.
 */
final class AccessLog implements BrokerListener, AutoCloseable {
    private final Path file;

    /** Guarded by this. */
    private BufferedWriter writer;

    /**
     * Opens the file, and creates it when it is not there.
     *
     * @throws UncheckedIOException naming the file
     */
    AccessLog(Path file) {
        this.file = file;
        this.writer = open(file);
    }

    private static BufferedWriter open(Path file) {
        try {
            return Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the access log " + file + ": " + e, e);
        }
    }

    @Override
    public String name() {
        return "access log";
    }

    @Override
    public boolean wants(Class<? extends BrokerEvent> kind) {
        return kind == ClientConnected.class || kind == ClientDisconnected.class || kind == ConnectRefused.class;
    }

    /** A failed write counts as a failure of this listener, which the broker's log has. */
    @Override
    public void onEvent(BrokerEvent event) {
        if (event instanceof ClientConnected connected) {
            write(event, "connect", of(connected.client()), "");
        } else if (event instanceof ClientDisconnected gone) {
            String why = " by=" + gone.by() + outcome(gone.reasonCode().name(), gone.detail());
            write(event, "disconnect", of(gone.client()), why);
        } else if (event instanceof ConnectRefused refused) {
            String who = refused.client()
                    .map(AccessLog::of)
                    .orElseGet(() ->
                            of(refused.clientId(), Optional.empty(), refused.remoteAddress(), refused.listener()));
            write(event, "refuse", who, outcome(refused.reasonCode().name(), refused.detail()));
        }
    }

    private static String of(ClientInfo client) {
        Optional<String> user = client.username().or(client::claimedUsername);
        return of(client.clientId(), user, client.remoteAddress(), client.listener());
    }

    private static String of(String clientId, Optional<String> user, SocketAddress address, String listener) {
        return " client=" + quoted(clientId) + " user=" + quoted(user.orElse("")) + " address="
                + quoted(address.toString()) + " listener=" + quoted(listener);
    }

    private static String outcome(String reason, String detail) {
        return " reason=" + reason + (detail.isEmpty() ? "" : " detail=" + quoted(detail));
    }

    private static String quoted(String text) {
        return '"' + Utf8.escape(text).replace("\"", "\\\"") + '"';
    }

    private synchronized void write(BrokerEvent event, String kind, String who, String why) {
        try {
            writer.write(Instant.ofEpochMilli(event.atEpochMillis()) + " " + kind + who + why + "\n");
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the access log " + file + ": " + e, e);
        }
    }

    /** Opens the file anew, after another program has renamed it. The file before stays in use when that fails. */
    synchronized void reopen() {
        BufferedWriter fresh = open(file);
        close();
        writer = fresh;
    }

    @Override
    public synchronized void close() {
        try {
            writer.close();
        } catch (IOException e) {
            // Every line was flushed.
        }
    }
}
