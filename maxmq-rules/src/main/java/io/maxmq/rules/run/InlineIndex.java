package io.maxmq.rules.run;

import io.maxmq.rules.run.InlineRules.Place;
import io.maxmq.spi.Tenant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the inline rules for a topic: a tree of levels for each tenant, and in front of it a cache of the latest
 * topics, so that a repeated topic costs one access, independent of the number of rules.
 * <p>Changes are serialized by the lock of {@link InlineRules}; look-ups from any thread take no lock and find each
 * filter that is present during the whole look-up.
 */
final class InlineIndex {
    private static final Place[] NONE = {};

    /** A power of two. */
    private static final int ANSWERS = 1 << 12;

    /** Longer ones are looked up each time: clients choose them, and what is remembered is bounded. */
    private static final int MAX_REMEMBERED = 256;

    /** One level of filters. */
    private static final class Node {
        /** Null before the first. */
        volatile @Nullable ConcurrentHashMap<String, Node> children;

        /** Of filters that end here. */
        volatile Place[] here = NONE;

        /** Of filters that go on with {@code #}. */
        volatile Place[] below = NONE;

        @Nullable
        Node child(String level) {
            Map<String, Node> all = children;
            return all == null ? null : all.get(level);
        }

        Node childOrNew(String level) {
            ConcurrentHashMap<String, Node> all = children;
            if (all == null) {
                all = new ConcurrentHashMap<>(2);
                children = all;
            }
            return all.computeIfAbsent(level, each -> new Node());
        }

        boolean isEmpty() {
            Map<String, Node> all = children;
            return here.length == 0 && below.length == 0 && (all == null || all.isEmpty());
        }
    }

    /** Immutable, so that it is published as a whole. */
    private record Answer(int version, Tenant tenant, String topic, Place[] places) {}

    private final Map<Tenant, Node> roots = new ConcurrentHashMap<>();

    /** Written and read without order: an answer that is not seen is found once more. */
    private final @Nullable Answer[] answers = new Answer[ANSWERS];

    /** Grows after each change: earlier answers do not count any more. */
    private volatile int version;

    /** Adds filters of a rule, each once more. */
    synchronized void add(Tenant tenant, List<String> filters, Place place) {
        for (String each : filters) {
            Node node = roots.computeIfAbsent(tenant, all -> new Node());
            String[] levels = each.split("/", -1);
            boolean isOpen = levels[levels.length - 1].equals("#");
            for (int i = 0; i < levels.length - (isOpen ? 1 : 0); i++) {
                node = node.childOrNew(levels[i]);
            }
            if (isOpen) {
                node.below = with(node.below, place);
            } else {
                node.here = with(node.here, place);
            }
        }
        version++;
    }

    private static Place[] with(Place[] places, Place place) {
        Place[] more = Arrays.copyOf(places, places.length + 1);
        more[places.length] = place;
        return more;
    }

    /** Takes them back, each once. */
    synchronized void remove(Tenant tenant, List<String> filters, Place place) {
        Node root = roots.get(tenant);
        if (root != null) {
            for (String each : filters) {
                remove(root, each.split("/", -1), 0, place);
            }
            if (root.isEmpty()) {
                roots.remove(tenant);
            }
        }
        version++;
    }

    private static void remove(Node node, String[] levels, int level, Place place) {
        if (level == levels.length) {
            node.here = without(node.here, place);
        } else if (level == levels.length - 1 && levels[level].equals("#")) {
            node.below = without(node.below, place);
        } else {
            Map<String, Node> children = node.children;
            Node child = node.child(levels[level]);
            if (children != null && child != null) {
                remove(child, levels, level + 1, place);
                if (child.isEmpty()) {
                    children.remove(levels[level]);
                }
            }
        }
    }

    private static Place[] without(Place[] places, Place place) {
        List<Place> left = new ArrayList<>(Arrays.asList(places));
        left.remove(place);
        return left.toArray(NONE);
    }

    /** The rules with a filter that matches, in their order; the array must not be changed. */
    Place[] find(Tenant tenant, String topic) { // hot: per message
        int present = version;
        int hash = topic.hashCode();
        int at = (hash ^ (hash >>> 16)) & (ANSWERS - 1);
        Answer answer = answers[at];
        if (answer != null
                && answer.version() == present
                && answer.topic().equals(topic)
                && answer.tenant().equals(tenant)) {
            return answer.places();
        }
        Place[] places = match(tenant, topic);
        if (topic.length() <= MAX_REMEMBERED) {
            answers[at] = new Answer(present, tenant, topic, places);
        }
        return places;
    }

    private Place[] match(Tenant tenant, String topic) {
        Node root = roots.get(tenant);
        if (root == null) {
            return NONE;
        }
        Set<Place> found = new LinkedHashSet<>();
        collect(root, topic, 0, found);
        if (found.isEmpty()) {
            return NONE;
        }
        Place[] places = found.toArray(NONE);
        Arrays.sort(places, Comparator.comparingInt(each -> each.order));
        return places;
    }

    /** @param from the beginning of the next level; past the end without one */
    private static void collect(Node node, String topic, int from, Set<Place> found) {
        // MQTT 5.0 §4.7.2: no wildcard at the first level for topics that begin with $.
        boolean wildcards = from > 0 || !topic.startsWith("$");
        if (wildcards) {
            found.addAll(Arrays.asList(node.below));
        }
        if (from > topic.length()) {
            found.addAll(Arrays.asList(node.here));
            return;
        }
        int slash = topic.indexOf('/', from);
        int end = slash < 0 ? topic.length() : slash;
        Node child = node.child(topic.substring(from, end));
        if (child != null) {
            collect(child, topic, end + 1, found);
        }
        Node any = wildcards ? node.child("+") : null;
        if (any != null) {
            collect(any, topic, end + 1, found);
        }
    }
}
