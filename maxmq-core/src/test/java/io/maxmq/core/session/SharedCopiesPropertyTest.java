package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Subscriber;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

/** The bound against a count of what really matches. */
class SharedCopiesPropertyTest {
    private static final Subscriber NOBODY = new Subscriber() {
        @Override
        public int loopIndex() {
            return 0;
        }

        @Override
        public boolean isOnline() {
            return true;
        }

        @Override
        public void deliver(RoutedMessage message, FilterSubscription subscription) {
            throw new AssertionError("nothing is published here");
        }
    };

    @Provide
    Arbitrary<List<String>> filters() {
        Arbitrary<String> text =
                Arbitraries.of("a", "b", "+", "a/b", "b/b", "+/b", "a/+", "+/+", "#", "a/#", "b/#", "+/#", "a/+/#");
        Arbitrary<String> share = Arbitraries.of("", "$share/x/", "$share/y/", "$share/z/");
        return Combinators.combine(share, text)
                .as(String::concat)
                .list()
                .uniqueElements()
                .ofMinSize(1)
                .ofMaxSize(30);
    }

    private static int copies(List<String> filters) {
        List<FilterSubscription> others = new ArrayList<>();
        TopicFilter last = TopicFilter.of("$share/last/#");
        for (String each : filters) {
            others.add(new FilterSubscription(NOBODY, TopicFilter.of(each), 0, false, false, 0));
        }
        return SharedCopies.with(others, last);
    }

    @Property(tries = 300)
    void isNeverBelow(@ForAll("filters") List<String> filters) {
        int copies = copies(filters);

        for (String topic : List.of("a", "b", "a/b", "b/b", "c/b", "a/b/c", "b/a/a")) {
            long really = filters.stream()
                    .map(TopicFilter::of)
                    .filter(each -> each.share() != null && each.matches(topic))
                    .count();
            assertThat(copies).as(topic).isGreaterThanOrEqualTo((int) really + 1);
        }
    }

    @Example
    void countsThoseOfOneFormOnce() {
        assertThat(copies(List.of("$share/x/a/+", "$share/y/b/+", "$share/x/c/+", "$share/x/a/b", "$share/x/b/c")))
                .isEqualTo(3);
        assertThat(copies(List.of("$share/x/a/+", "$share/y/a/+", "$share/x/c/+", "c/+")))
                .isEqualTo(3);
    }
}
