package io.maxmq.core.hostile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Connections that waste what they are given: silent ones, ones that send CONNECT a byte at a time, ones that fall silent
 * after CONNECT, ones that break off in the middle of a packet. Each is made again when the broker has ended it.
 */
final class Nuisances extends Thread {
    private static final int STEP_MILLIS = 100;

    private final int port;
    private final List<Nuisance> all = new ArrayList<>();
    private final AtomicLong ended = new AtomicLong();
    private volatile boolean stop;

    Nuisances(int port, int ofEach) {
        super("nuisances");
        this.port = port;
        byte[] connect = Wire.connect(5, "trickling-" + "x".repeat(150));
        for (int i = 0; i < ofEach; i++) {
            String id = "half-open-" + i;
            all.add(new Nuisance(each -> {}, 0));
            all.add(new Nuisance(each -> each.trickle(connect), 0));
            all.add(new Nuisance(each -> each.sendOnce(Wire.connect(4, id, Wire.CLEAN, 2, Wire.NONE, Wire.NONE)), 0));
            all.add(new Nuisance(each -> each.sendOnce(Wire.concat(Wire.connect(4, id + "-cut"), halfPublish())), 20));
        }
        setDaemon(true);
    }

    private static byte[] halfPublish() {
        byte[] whole = Wire.publish(4, 1, 1, "cut/off", new byte[50_000]);
        return java.util.Arrays.copyOf(whole, 30_000);
    }

    @Override
    public void run() {
        while (!stop) {
            for (Nuisance each : all) {
                each.step();
            }
            try {
                Thread.sleep(STEP_MILLIS);
            } catch (InterruptedException e) {
                break;
            }
        }
        all.forEach(Nuisance::close);
    }

    /** How many the broker has ended. */
    long ended() {
        return ended.get();
    }

    void finish() throws InterruptedException {
        stop = true;
        join(30_000);
    }

    private final class Nuisance {
        private final Consumer<Nuisance> step;
        private final int resetAfterSteps;
        private final ByteBuffer read = ByteBuffer.allocate(256);
        private SocketChannel channel;
        private int steps;
        private boolean broken;

        Nuisance(Consumer<Nuisance> step, int resetAfterSteps) {
            this.step = step;
            this.resetAfterSteps = resetAfterSteps;
        }

        void step() {
            try {
                if (channel == null) {
                    channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
                    channel.configureBlocking(false);
                    steps = 0;
                    broken = false;
                }
                step.accept(this);
                steps++;
                read.clear();
                if (channel.read(read) < 0) {
                    broken = true;
                }
                if (resetAfterSteps > 0 && steps > resetAfterSteps) {
                    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                    close();
                    return;
                }
            } catch (IOException e) {
                broken = true;
            }
            if (broken) {
                ended.incrementAndGet();
                close();
            }
        }

        void trickle(byte[] bytes) {
            if (steps < bytes.length) {
                write(ByteBuffer.wrap(bytes, steps, 1));
            }
        }

        void sendOnce(byte[] bytes) {
            if (steps == 0) {
                write(ByteBuffer.wrap(bytes));
            }
        }

        private void write(ByteBuffer bytes) {
            try {
                channel.write(bytes);
            } catch (IOException e) {
                broken = true;
            }
        }

        void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException ignored) {
                // It is gone either way.
            }
            channel = null;
        }
    }
}
