package io.maxmq.storage.rocksdb;

import java.util.concurrent.ThreadFactory;

/** Daemon threads with names. */
final class Threads {

    private Threads() {}

    static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
