package io.maxmq.rules.run;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.rules.run.InlineRules.Place;
import io.maxmq.spi.Tenant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

/** The index finds what asking each filter would find, in order, while rules come and go. */
class InlineIndexPropertyTest {
    private record Rule(Place place, List<String> filters) {}

    @Property(tries = 300)
    void agreesWithAskingEachFilter(
            @ForAll("filters") List<List<String>> filters, @ForAll("topics") List<String> topics) {
        InlineIndex index = new InlineIndex();
        List<Rule> rules = new ArrayList<>();
        for (List<String> each : filters) {
            Rule rule = new Rule(new Place(rules.size()), each);
            rules.add(rule);
            index.add(Tenant.DEFAULT, each, rule.place());
            check(index, rules, topics);
        }
        while (!rules.isEmpty()) {
            Rule gone = rules.remove(rules.size() / 2);
            index.remove(Tenant.DEFAULT, gone.filters(), gone.place());
            check(index, rules, topics);
        }
    }

    private static void check(InlineIndex index, List<Rule> rules, List<String> topics) {
        for (String topic : topics) {
            List<Place> expected = rules.stream()
                    .filter(rule -> rule.filters().stream()
                            .anyMatch(each -> TopicFilter.of(each).matches(topic)))
                    .map(Rule::place)
                    .toList();
            assertThat(index.find(Tenant.DEFAULT, topic)).as(topic).containsExactlyElementsOf(expected);
            assertThat(index.find(new Tenant("other"), topic)).isEmpty();
        }
    }

    @Provide
    Arbitrary<List<List<String>>> filters() {
        Arbitrary<String> level = Arbitraries.of("a", "b", "", "+", "$x");
        Arbitrary<String> filter = level.list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(levels -> String.join("/", levels))
                .flatMap(text -> Arbitraries.of(text, text + "/#", "#"))
                .filter(text -> TopicFilter.problem(text) == null);
        return filter.list().uniqueElements().ofMinSize(1).ofMaxSize(3).list().ofMaxSize(6);
    }

    @Provide
    Arbitrary<List<String>> topics() {
        return Arbitraries.of("a", "b", "", "$x", "c")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(levels -> String.join("/", levels))
                .filter(text -> !text.isEmpty())
                .list()
                .ofMaxSize(4);
    }
}
