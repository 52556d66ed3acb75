package io.maxmq.auth;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rules in their order; the first that is about client, action and topic decides. Looked up by what a rule names, so that of a long
 * list those are looked at that name this user, this client id, or for everybody this first level, and those that name none of these.
 *
 * <p>A filter that is asked for is a set of topics: allowed when one rule allows all of them, and no rule before that denies any,
 * unless one before that one allows all that it denies. That never allows a topic that the rules deny; it may refuse a filter of
 * which several rules together allow all.
 *
 * <p>Immutable and thread-safe.
 */
final class AclRules {
    private static final int[] NONE = {};

    private final List<AclRule> rules;
    private final boolean deniesReceive;
    private final boolean decidesConnect;
    private final boolean allowsConnect;
    private final Map<String, int[]> byUser;
    private final Map<String, int[]> byClient;

    /** Of rules that name neither user nor client. */
    private final Map<String, int[]> byFirstLevel;

    /** The others of these. */
    private final int[] anyFirstLevel;

    /** Both together. */
    private final int[] forEverybody;

    AclRules(List<AclRule> rules) {
        this.rules = List.copyOf(rules);
        this.deniesReceive = rules.stream().anyMatch(each -> !each.allows() && each.isAbout(AclRight.RECEIVE));
        this.decidesConnect = rules.stream().anyMatch(each -> each.isAbout(AclRight.CONNECT));
        this.allowsConnect = rules.stream().anyMatch(each -> each.allows() && each.isAbout(AclRight.CONNECT));
        Map<String, List<Integer>> users = new HashMap<>();
        Map<String, List<Integer>> clients = new HashMap<>();
        Map<String, List<Integer>> levels = new HashMap<>();
        List<Integer> anyLevel = new ArrayList<>();
        List<Integer> everybody = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            AclRule rule = rules.get(i);
            AclClients who = rule.who();
            if (!who.users().isEmpty()) {
                put(users, who.users(), i);
            } else if (!who.clients().isEmpty()) {
                put(clients, who.clients(), i);
            } else {
                everybody.add(i);
                List<String> first = firstLevels(rule);
                if (first == null) {
                    anyLevel.add(i);
                } else {
                    put(levels, first, i);
                }
            }
        }
        this.byUser = arrays(users);
        this.byClient = arrays(clients);
        this.byFirstLevel = arrays(levels);
        this.anyFirstLevel = array(anyLevel);
        this.forEverybody = array(everybody);
    }

    /** Null when one of its topics has no fixed first level. */
    private static @Nullable List<String> firstLevels(AclRule rule) {
        List<String> levels = new ArrayList<>();
        for (FilterTemplate topic : rule.topics()) {
            String first = topic.firstLevel();
            if (first == null) {
                return null;
            }
            if (!levels.contains(first)) {
                levels.add(first);
            }
        }
        return levels;
    }

    private static void put(Map<String, List<Integer>> lists, Iterable<String> keys, int rule) {
        for (String key : keys) {
            lists.computeIfAbsent(key, any -> new ArrayList<>()).add(rule);
        }
    }

    private static Map<String, int[]> arrays(Map<String, List<Integer>> lists) {
        Map<String, int[]> arrays = new HashMap<>();
        lists.forEach((key, list) -> arrays.put(key, array(list)));
        return arrays;
    }

    private static int[] array(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    int size() {
        return rules.size();
    }

    /** Whether deliveries have to be asked about. */
    boolean deniesReceive() {
        return deniesReceive;
    }

    /** Allowed or denied by a rule, or next when no rule is about it; a delivery that no rule is about is allowed. */
    Authorization decide(ClientInfo client, Action action) {
        if (action instanceof Action.Publish publish) {
            return verdict(
                    client,
                    publish.topic(),
                    rule -> rule.isAboutPublish(AclRight.PUBLISH, publish.qos(), publish.retain()));
        }
        if (action instanceof Action.Subscribe subscribe) {
            return subscribe(client, subscribe);
        }
        if (action instanceof Action.Will will) {
            return verdict(client, will.topic(), rule -> rule.isAboutPublish(AclRight.WILL, will.qos(), will.retain()));
        }
        if (action instanceof Action.Connect) {
            return connect(client);
        }
        if (action instanceof Action.Receive receive) {
            Authorization verdict = verdict(client, receive.topic(), rule -> rule.isAbout(AclRight.RECEIVE));
            return verdict instanceof Authorization.Next ? Authorization.allowed() : verdict;
        }
        return Authorization.denied();
    }

    /** Where rules only deny client ids, the others stay allowed. */
    private Authorization connect(ClientInfo client) {
        Candidates candidates = new Candidates(client, forEverybody, NONE);
        for (AclRule rule = candidates.next(); rule != null; rule = candidates.next()) {
            if (rule.isAboutConnect(client) && rule.isFor(client)) {
                return rule.allows() ? Authorization.allowed() : Authorization.denied();
            }
        }
        return allowsConnect ? Authorization.next() : Authorization.allowed();
    }

    private Authorization verdict(ClientInfo client, String topic, Predicate<AclRule> isAbout) {
        Candidates candidates = candidates(client, FilterTemplate.firstLevelOf(topic));
        for (AclRule rule = candidates.next(); rule != null; rule = candidates.next()) {
            if (isAbout.test(rule) && rule.isFor(client) && isMeant(rule, client, topic)) {
                return rule.allows() ? Authorization.allowed() : Authorization.denied();
            }
        }
        return Authorization.next();
    }

    /** Whether a rule is about connecting. */
    boolean decidesConnect() {
        return decidesConnect;
    }

    private static boolean isMeant(AclRule rule, ClientInfo client, String topic) {
        for (FilterTemplate each : rule.topics()) {
            TopicFilter filter = rule.allows() ? each.allowing(client) : each.denying(client);
            if (filter != null && filter.matches(topic)) {
                return true;
            }
        }
        return false;
    }

    private Authorization subscribe(ClientInfo client, Action.Subscribe subscribe) {
        if (subscribe.filter().startsWith("$share/")) {
            return Authorization.next(); // a share within a share is none, but topics that no rule can be about
        }
        TopicFilter asked = TopicFilter.of(subscribe.filter());
        boolean isShared = subscribe.shareName() != null;
        List<TopicFilter> allowedBefore = new ArrayList<>();
        Candidates candidates = candidates(client, FilterTemplate.firstLevelOf(subscribe.filter()));
        for (AclRule rule = candidates.next(); rule != null; rule = candidates.next()) {
            if (!rule.isAboutSubscribe(subscribe.qos(), isShared) || !rule.isFor(client)) {
                continue;
            }
            for (FilterTemplate each : rule.topics()) {
                TopicFilter filter = rule.allows() ? each.allowing(client) : each.denying(client);
                if (filter == null) {
                    continue;
                }
                if (rule.allows()) {
                    if (filter.covers(asked)) {
                        return Authorization.allowed();
                    }
                    allowedBefore.add(filter);
                } else if (filter.overlaps(asked)
                        && allowedBefore.stream().noneMatch(earlier -> earlier.covers(filter))) {
                    return Authorization.denied();
                }
            }
        }
        return Authorization.next();
    }

    /** A filter that begins with another level has no topic in common with these. */
    private Candidates candidates(ClientInfo client, String firstLevel) {
        boolean any = firstLevel.equals("+") || firstLevel.equals("#");
        return any
                ? new Candidates(client, forEverybody, NONE)
                : new Candidates(client, byFirstLevel.getOrDefault(firstLevel, NONE), anyFirstLevel);
    }

    /** The rules that may be about a client, in their order. */
    private final class Candidates {
        private final int[][] lists;
        private final int[] at = new int[4];

        Candidates(ClientInfo client, int[] everybody, int[] more) {
            int[] ofUser = client.username().map(byUser::get).orElse(NONE);
            lists = new int[][] {ofUser, byClient.getOrDefault(client.clientId(), NONE), everybody, more};
        }

        @Nullable
        AclRule next() {
            int least = Integer.MAX_VALUE;
            int from = -1;
            for (int i = 0; i < lists.length; i++) {
                if (at[i] < lists[i].length && lists[i][at[i]] < least) {
                    least = lists[i][at[i]];
                    from = i;
                }
            }
            if (from < 0) {
                return null;
            }
            at[from]++;
            return rules.get(least);
        }
    }
}
