package io.maxmq.auth;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Decisions against the plain reading of the rules, topic by topic: the first rule that is about it decides. */
@StatisticsReport(StatisticsReportMode.OFF)
class AclRulesPropertyTest {
    /** All topics of up to four levels; z stands in no rule and is nobody's name, so it is any other level. */
    private static final List<String> TOPICS = allTopics(4);

    /** What a rule says, apart from the rule. */
    record Said(
            boolean allows,
            List<String> filters,
            @Nullable String user,
            @Nullable String client) {
        AclRule rule() {
            AclRule rule = allows ? AclRule.allow(filters.get(0)) : AclRule.deny(filters.get(0));
            for (String more : filters.subList(1, filters.size())) {
                rule = rule.topic(more);
            }
            rule = user == null ? rule : rule.user(user);
            return client == null ? rule : rule.client(client);
        }

        boolean isFor(ClientInfo who) {
            return (user == null || user.equals(who.username().orElse(null)))
                    && (client == null || client.equals(who.clientId()));
        }

        boolean isAbout(ClientInfo who, String topic) {
            return isFor(who) && filters.stream().anyMatch(filter -> matches(filter, who, topic));
        }

        /** A name that is no level allows nothing, and denies whatever is in its place. */
        private boolean matches(String filter, ClientInfo who, String topic) {
            List<String> levels = new ArrayList<>();
            for (String level : filter.split("/", -1)) {
                String name = level.equals("${clientid}")
                        ? who.clientId()
                        : level.equals("${username}") ? who.username().orElse("") : null;
                if (name == null) {
                    levels.add(level);
                } else if (name.isEmpty() || name.matches(".*[/+#\0].*")) {
                    if (allows) {
                        return false;
                    }
                    levels.add("+");
                } else if (allows && levels.isEmpty() && name.startsWith("$")) {
                    return false;
                } else {
                    levels.add(name);
                }
            }
            return TopicFilter.of(String.join("/", levels)).matches(topic);
        }
    }

    private static boolean isAllowed(List<Said> rules, ClientInfo client, String topic) {
        return rules.stream()
                .filter(each -> each.isAbout(client, topic))
                .findFirst()
                .map(Said::allows)
                .orElse(false);
    }

    private static Authorization decide(List<Said> rules, ClientInfo client, Action action) {
        return new AclRules(rules.stream().map(Said::rule).toList()).decide(client, action);
    }

    @Property(tries = 3000)
    void publishingIsDecidedByTheFirstRuleAboutTheTopic(
            @ForAll("rules") List<Said> rules, @ForAll("clients") ClientInfo client, @ForAll("topics") String topic) {
        Authorization decision = decide(rules, client, new Action.Publish(topic, QoS.AT_MOST_ONCE, false));

        boolean allowed = decision instanceof Authorization.Allowed;
        collect(allowed);
        assertThat(allowed).isEqualTo(isAllowed(rules, client, topic));
    }

    @Property(tries = 1000)
    void aFilterIsAllowedOnlyIfAllItsTopicsAre(
            @ForAll("rules") List<Said> rules, @ForAll("clients") ClientInfo client, @ForAll("filters") String filter) {
        Authorization decision = decide(rules, client, new Action.Subscribe(filter, null, QoS.AT_MOST_ONCE));

        TopicFilter asked = TopicFilter.of(filter);
        List<String> meant = TOPICS.stream().filter(asked::matches).toList();
        boolean allowed = decision instanceof Authorization.Allowed;
        collect(allowed);
        if (allowed) {
            assertThat(meant).allMatch(topic -> isAllowed(rules, client, topic));
        } else if (decision instanceof Authorization.Denied) {
            assertThat(meant)
                    .anyMatch(topic -> rules.stream().anyMatch(rule -> !rule.allows() && rule.isAbout(client, topic)));
        } else {
            assertThat(rules)
                    .noneMatch(rule -> rule.allows()
                            && rule.isFor(client)
                            && rule.filters().stream()
                                    .anyMatch(each -> !each.contains("${")
                                            && TopicFilter.of(each).covers(asked)));
        }
    }

    private static void collect(boolean allowed) {
        Statistics.collect(allowed);
        Statistics.coverage(coverage -> {
            coverage.check(true).percentage(p -> p > 3);
            coverage.check(false).percentage(p -> p > 3);
        });
    }

    @Provide
    Arbitrary<List<Said>> rules() {
        Arbitrary<List<String>> filters = templates().list().ofMinSize(1).ofMaxSize(2);
        return Combinators.combine(
                        Arbitraries.of(true, true, false),
                        filters,
                        Arbitraries.of("a", "b", "none").map(AclRulesPropertyTest::orNull),
                        Arbitraries.of("a", "none", "none").map(AclRulesPropertyTest::orNull))
                .as(Said::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    private static @Nullable String orNull(String name) {
        return name.equals("none") ? null : name;
    }

    @Provide
    Arbitrary<ClientInfo> clients() {
        return Combinators.combine(
                        Arbitraries.of("a", "b", "+", "#", "a/b", "$x", "c\0"), Arbitraries.of("a", "b", "b", "+", ""))
                .as((id, user) -> ClientInfo.builder(
                                id, ProtocolVersion.MQTT_5, new InetSocketAddress("127.0.0.1", 1), "tcp")
                        .username(user.isEmpty() ? null : user)
                        .build());
    }

    private Arbitrary<String> templates() {
        return filtersOf("a", "b", "", "$x", "+", "${clientid}", "${username}");
    }

    @Provide
    Arbitrary<String> filters() {
        return filtersOf("a", "b", "", "$x", "+");
    }

    private static Arbitrary<String> filtersOf(String... levels) {
        return Arbitraries.of(levels)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .flatMap(list -> Arbitraries.of(false, false, true).map(many -> {
                    List<String> all = new ArrayList<>(list);
                    if (many) {
                        all.set(all.size() - 1, "#");
                    }
                    return String.join("/", all);
                }))
                .filter(filter -> !filter.isEmpty());
    }

    @Provide
    Arbitrary<String> topics() {
        return Arbitraries.of(TOPICS);
    }

    private static List<String> allTopics(int maxLevels) {
        List<String> levels = List.of("a", "b", "", "$x", "z");
        List<String> all = new ArrayList<>(levels);
        List<String> last = levels;
        for (int depth = 2; depth <= maxLevels; depth++) {
            List<String> next = new ArrayList<>();
            for (String head : last) {
                levels.forEach(level -> next.add(head + "/" + level));
            }
            all.addAll(next);
            last = next;
        }
        all.remove("");
        return all;
    }
}
