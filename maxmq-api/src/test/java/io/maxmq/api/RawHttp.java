package io.maxmq.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A connection for requests that no HTTP client would send. */
final class RawHttp implements AutoCloseable {
    /** Bounds every wait. */
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;

    RawHttp(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads until the server closes the connection. */
    String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the server left the connection open; it sent: " + all, e);
        } catch (SocketException e) {
            // A reset is an end too.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Reads until the text has arrived. */
    String readUntil(String end) throws IOException {
        StringBuilder read = new StringBuilder();
        InputStream input = socket.getInputStream();
        while (read.indexOf(end) < 0) {
            int next = input.read();
            if (next < 0) {
                throw new AssertionError("the server closed the connection; it sent: " + read);
            }
            read.append((char) next);
        }
        return read.toString();
    }

    /** Sends a byte each time that the server has been silent for a moment; returns when it closes the connection. */
    void trickleUntilClosed(char filler) throws IOException {
        socket.setSoTimeout(20);
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
        while (System.nanoTime() < deadline) {
            try {
                socket.getOutputStream().write(filler);
                if (socket.getInputStream().read() < 0) {
                    return;
                }
            } catch (SocketTimeoutException e) {
                // Still open.
            } catch (SocketException e) {
                return;
            }
        }
        throw new AssertionError("the server left the connection open");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
