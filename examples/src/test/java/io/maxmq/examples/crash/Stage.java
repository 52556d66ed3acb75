package io.maxmq.examples.crash;

import java.io.IOException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the clients of a run share: the history, where the broker is, and how far the run has come. Thread-safe. */
final class Stage {
    /** How far a run has come. */
    enum Act {
        /** The broker is killed again and again. */
        STORM,
        /** Nobody is killed any more: publishers finish what they have begun, everybody is online. */
        CALM,
        /** All has been received. */
        OVER
    }

    final History history = new History();

    /** What went wrong beside the history: refusals, clients that failed. */
    final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();

    /** Of brokers whose disk is full: they may refuse things. */
    private final Set<Integer> mayRefuse = ConcurrentHashMap.newKeySet();

    private int port; // 0 while there is no broker; guarded by this
    private Act act = Act.STORM; // guarded by this

    /** Waits until there is a broker, or all is over; its port, or 0. */
    synchronized int awaitPort() throws InterruptedException {
        while (port == 0 && act != Act.OVER) {
            wait();
        }
        return act == Act.OVER ? 0 : port;
    }

    synchronized void brokerAt(int newPort) {
        port = newPort;
        notifyAll();
    }

    /** The disk of this broker is full from now on. */
    void mayRefuse(int itsPort) {
        mayRefuse.add(itsPort);
    }

    /** Whether this broker has a reason to refuse something. */
    boolean isAllowedToRefuse(int itsPort) {
        return mayRefuse.contains(itsPort);
    }

    synchronized void brokerGone() {
        port = 0;
    }

    synchronized Act act() {
        return act;
    }

    synchronized void begin(Act next) {
        act = next;
        notifyAll();
    }

    /** What a client does with a connection, until it has nothing more to do. */
    interface Part {
        /** @return whether it wants to connect again */
        boolean play(int port) throws IOException, InterruptedException;
    }

    /** Plays a part on a thread of its own, again after each lost connection. */
    Thread perform(String client, Part part) {
        Thread thread = new Thread(
                () -> {
                    try {
                        for (int port = awaitPort(); port != 0; port = awaitPort()) {
                            try {
                                if (!part.play(port)) {
                                    return;
                                }
                            } catch (IOException lost) {
                                pause(5);
                            } catch (Connection.RefusedException refused) {
                                if (!isAllowedToRefuse(port)) {
                                    throw refused;
                                }
                                pause(5);
                            }
                        }
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException | AssertionError failed) {
                        problems.add(client + ": " + failed);
                    }
                },
                "client-" + client);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Lets up to that time pass: how fast a client goes, not what it waits for. */
    static void pauseUpTo(int millis, Random random) {
        pause(random.nextInt(millis + 1));
    }

    static void pause(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
