package io.maxmq.examples.standalone;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells systemd about the state of the service (sd_notify): datagrams to the local socket that {@code NOTIFY_SOCKET} names. Java has no
 * such datagrams: Netty's native library sends them where it is (Linux on x86-64), elsewhere and for abstract sockets the program {@code
 * systemd-notify}, for which the unit needs {@code NotifyAccess=all}. Without {@code NOTIFY_SOCKET} it does nothing; a failure never
 * harms the broker. Thread-safe.
 */
final class ServiceManager {
    private static final long TOOL_SECONDS = 5;

    private final @Nullable String socket;

    /** @param socket of {@code NOTIFY_SOCKET}; null when no service manager waits for messages */
    ServiceManager(@Nullable String socket) {
        this.socket = socket == null || socket.isEmpty() ? null : socket;
    }

    /** Clients can connect. */
    void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    /** Files are being read again; {@link #ready} follows. */
    void reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    /** The broker is being closed. */
    void stopping() {
        send("STOPPING=1");
    }

    private void send(String state) {
        String path = socket;
        if (path == null) {
            return;
        }
        try {
            if (path.startsWith("/") && hasNativeLibrary()) {
                sendDatagram(path, state);
            } else {
                runTool(state);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            System.err.println("maxmq: cannot notify systemd: " + e);
        }
    }

    private static boolean hasNativeLibrary() {
        try {
            return Epoll.isAvailable();
        } catch (LinkageError e) {
            return false;
        }
    }

    private static void sendDatagram(String path, String state) throws IOException {
        byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes);
        Socket datagrams = Socket.newSocketDomainDgram();
        try {
            datagrams.sendToDomainSocket(buffer, 0, bytes.length, path.getBytes(StandardCharsets.UTF_8));
        } finally {
            datagrams.close();
        }
    }

    private static void runTool(String state) throws IOException, InterruptedException {
        String[] lines = state.split("\n");
        String[] command = new String[lines.length + 2];
        command[0] = "systemd-notify";
        command[1] = "--pid=" + ProcessHandle.current().pid();
        System.arraycopy(lines, 0, command, 2, lines.length);
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (!process.waitFor(TOOL_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
