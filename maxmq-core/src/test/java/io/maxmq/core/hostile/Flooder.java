package io.maxmq.core.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Publishes as fast as its socket takes it and waits for nothing: QoS 2 messages are released without having seen PUBREC.
 * Reads the answers and forgets them. Comes back when it is thrown out.
 */
final class Flooder extends Thread {
    private static final int CHUNK_BYTES = 32 * 1024;

    private final int port;
    private final int number;
    private final int qos;
    private final int payloadBytes;
    private final int level;
    private final AtomicLong connects = new AtomicLong();
    private volatile boolean stop;
    private volatile Socket open;

    Flooder(int port, int number, int qos, int payloadBytes) {
        super("flooder-" + number);
        this.port = port;
        this.number = number;
        this.qos = qos;
        this.payloadBytes = payloadBytes;
        this.level = number % 2 == 0 ? 5 : 4;
        setDaemon(true);
    }

    @Override
    public void run() {
        while (!stop) {
            try (Socket socket = new Socket()) {
                open = socket;
                socket.connect(new InetSocketAddress("127.0.0.1", port), 30_000);
                socket.getOutputStream().write(Wire.connect(level, "flooder-" + number));
                connects.incrementAndGet();
                Thread reader = new Thread(() -> discard(socket), getName() + "-reader");
                reader.setDaemon(true);
                reader.start();
                byte[] chunk = chunk();
                while (!stop) {
                    socket.getOutputStream().write(chunk);
                }
            } catch (IOException thrownOut) {
                // Once more.
            }
        }
    }

    private byte[] chunk() {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        byte[] payload = new byte[payloadBytes];
        for (int id = 1; chunk.size() < CHUNK_BYTES; id++) {
            chunk.writeBytes(Wire.publish(level, qos, id, "flood/" + number + "/" + id % 8, payload));
            if (qos == 2) {
                chunk.writeBytes(Wire.ack(Wire.PUBREL, id));
            }
        }
        return chunk.toByteArray();
    }

    private static void discard(Socket socket) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = socket.getInputStream();
            while (in.read(buffer) >= 0) {
                // Nobody cares.
            }
        } catch (IOException closed) {
            // As its writer will find out.
        }
    }

    long connects() {
        return connects.get();
    }

    void finish() throws InterruptedException {
        stop = true;
        Socket socket = open;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException ignored) {
                // It is gone either way.
            }
        }
        join(30_000);
    }
}
