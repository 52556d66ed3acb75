package io.maxmq.examples.crash;

import io.maxmq.examples.crash.JournaledDisk.Unpromised;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A directory of a {@link JournaledDisk}: its names as they are, and those that the disk keeps. */
final class DiskFolder implements DiskNode {
    final Map<String, DiskNode> durable = new TreeMap<>();
    final Map<String, DiskNode> current = new TreeMap<>();
    private final List<Change> pending = new ArrayList<>();

    /**
     * A name that comes, goes, or means something else.
     *
     * @param at how many records of the journal are before it
     * @param node null when the name goes
     * @param before what it was called in the same directory, null when it was not there
     */
    record Change(int at, String name, DiskNode node, String before) {}

    void change(Change change) {
        pending.add(change);
        make(current, change);
    }

    /** A sync that began there has finished. */
    void keep(int before) {
        while (!pending.isEmpty() && pending.get(0).at() < before) {
            make(durable, pending.remove(0));
        }
    }

    /** The names that there are. */
    Map<String, DiskNode> image(Unpromised unpromised, Random random) {
        Map<String, DiskNode> image = new TreeMap<>(durable);
        pending.subList(0, unpromised.kept(pending.size(), random)).forEach(change -> make(image, change));
        return image;
    }

    private static void make(Map<String, DiskNode> names, Change change) {
        if (change.before() != null) {
            names.remove(change.before());
        }
        if (change.node() == null) {
            names.remove(change.name());
        } else {
            names.put(change.name(), change.node());
        }
    }
}
