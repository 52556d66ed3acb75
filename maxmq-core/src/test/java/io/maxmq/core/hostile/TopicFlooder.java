package io.maxmq.core.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Publishes to topics that are never the same twice, empty messages at QoS 0, as fast as its socket takes them. */
final class TopicFlooder extends Thread {
    private final int port;
    private final int number;
    private volatile boolean stop;
    private volatile Socket open;

    TopicFlooder(int port, int number) {
        super("topic-flooder-" + number);
        this.port = port;
        this.number = number;
        setDaemon(true);
    }

    @Override
    public void run() {
        try (Socket socket = new Socket()) {
            open = socket;
            socket.connect(new InetSocketAddress("127.0.0.1", port), 30_000);
            socket.getOutputStream().write(Wire.connect(4, "topic-flooder-" + number));
            for (int i = 0; !stop; ) {
                ByteArrayOutputStream chunk = new ByteArrayOutputStream();
                while (chunk.size() < 32 * 1024) {
                    String topic = "x/x/x/x/x/x/x/x/x/x/" + number + "-" + i++;
                    chunk.writeBytes(Wire.publish(4, 0, 0, topic, Wire.NONE));
                }
                socket.getOutputStream().write(chunk.toByteArray());
            }
        } catch (IOException thrownOut) {
            // The end of it.
        }
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
