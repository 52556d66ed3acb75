package io.maxmq.configfile;

import io.maxmq.config.BrokerConfig;
import io.maxmq.config.ConfiguredBroker;
import io.maxmq.config.Listener;
import io.maxmq.limit.Limits;
import io.maxmq.spi.admin.Ban;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The file that shows every key. */
class SampleTest {
    private static final Path SAMPLE = Path.of("..", "..", "examples", "maxmq.conf");

    @Test
    void saysTheDefaults() {
        ConfiguredBroker configured = HoconReader.read(SAMPLE, Map.of(), Map.of());

        assertThat(configured.settings())
                .isEqualTo(BrokerConfig.builder()
                        .allowAnonymous(true)
                        .listener(Listener.tcp(1883).withName("tcp"))
                        .build());
        assertThat(configured.authenticators()).isEmpty();
        assertThat(configured.storage()).isNull();
    }

    @Test
    void namesEveryKey() throws IOException {
        Set<String> keys = new TreeSet<>();
        HoconReader.read(SAMPLE, Map.of(), Map.of(), keys);
        String text = Files.readString(SAMPLE);

        assertThat(keys)
                .allSatisfy(key -> assertThat(text)
                        .containsPattern(
                                "(?m)^[^=\n]*" + Pattern.quote(key.substring(key.lastIndexOf('.') + 1)) + " *[={]"));
    }

    /** What is commented out since it is no default, with the comments taken away. */
    @Test
    void whatIsCommentedOutCanBeRead(@TempDir Path directory) throws IOException {
        String text = Files.readString(SAMPLE).replaceAll("(?m)^  # ", "  ");
        Path file = Files.writeString(
                directory.resolve("all.conf"),
                text.replaceAll(
                        "(?m)^  (directory|durability|memory|max-pending|max-disk|reserve|    client-authorities) =.*$",
                        ""));

        ConfiguredBroker configured = HoconReader.read(file, Map.of(), Map.of());

        assertThat(configured.authenticators()).hasSize(4);
        assertThat(configured.enhancedAuthenticators()).hasSize(1);
        assertThat(configured.authorizers()).hasSize(3);
        assertThat(((Limits) configured.rateLimiter()).limits()).hasSize(4);
        assertThat(configured.settings().listeners()).hasSize(6);
        assertThat(configured.settings().topicRewrites()).hasSize(1);
        assertThat(configured.settings().automaticSubscriptions()).hasSize(1);
        assertThat(configured.settings().bans())
                .extracting(Ban::kind)
                .containsExactly(Ban.Kind.CLIENT, Ban.Kind.CLIENT_OF_USER, Ban.Kind.USER, Ban.Kind.ADDRESS);
    }
}
