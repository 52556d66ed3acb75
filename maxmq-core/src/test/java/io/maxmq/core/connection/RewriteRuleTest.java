package io.maxmq.core.connection;

import io.maxmq.config.TopicRewrite;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RewriteRuleTest {

    @ParameterizedTest(name = "{0} -> {1}: {2} becomes {3}")
    @CsvSource({
        // exact
        "a/b, x, a/b, x",
        "a/b, x, a,",
        "a/b, x, a/b/c,",
        "a/b, x, a/bb,",
        "a/b, x, A/b,",
        // one level
        "a/+, x/{1}, a/1, x/1",
        "a/+, x/{1}, a/, x/",
        "a/+, x/{1}, a,",
        "a/+, x/{1}, a/1/2,",
        "+/+, {2}/{1}, a/b, b/a",
        "+/+, {1}-{2}-{1}, a/b, a-b-a",
        "+/b/+, x, a/b/c, x",
        "+, x/{1}, a, x/a",
        // the rest
        "a/#, x/{#}, a/1, x/1",
        "a/#, x/{#}, a/1/2/3, x/1/2/3",
        "a/#, x/{#}, a/, x/",
        "a/#, x/{#}, a, x",
        "a/#, x, a/1/2, x",
        "#, x/{#}, a/b, x/a/b",
        "a/+/#, {1}/{#}, a/1/2/3, 1/2/3",
        "a/+/#, {1}/{#}, a/1, 1",
        "a/+/#, {1}/{#}, a,",
        "a/#, {#}, a/b, b",
        // topics that begin with $
        "#, x/{#}, $SYS/a,",
        "+/a, x/{1}, $SYS/a,",
        "$app/+, x/{1}, $app/a, x/a",
        // wildcards of a client's filter
        "a/+, x/{1}, a/+, x/+",
        "a/+, x/{1}, a/#,",
        "a/#, x/{#}, a/#, x/#",
        "a/#, x/{#}, a/+/#, x/+/#",
        "a/b, x, a/+,",
        "a/b, x, +/b,",
    })
    void rewrites(String pattern, String target, String name, @Nullable String expected) {
        RewriteRule rule = new RewriteRule(TopicRewrite.of(pattern, target));

        assertThat(rule.rewrite(name)).isEqualTo(expected);
    }
}
