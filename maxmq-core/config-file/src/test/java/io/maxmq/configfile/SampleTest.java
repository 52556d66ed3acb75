package io.maxmq.configfile;

import io.maxmq.config.BrokerConfig;
import io.maxmq.config.ConfiguredBroker;
import io.maxmq.config.Listener;
import io.maxmq.limit.Limits;
import io.maxmq.spi.admin.Ban;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The file that shows every key. */
class SampleTest {
    private static final Path SAMPLE = Path.of("..", "..", "examples", "maxmq.conf");
    private static final Path README = Path.of("README.md");
    private static final Pattern KEY = Pattern.compile("^ *([a-z0-9-]+) ([={])");

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
        Set<String> keys =
                HoconReader.read(SAMPLE, Map.of(), Map.of()).origins().keySet();
        String text = Files.readString(SAMPLE);

        assertThat(keys)
                .allSatisfy(key -> assertThat(text)
                        .containsPattern(
                                "(?m)^[^=\n]*" + Pattern.quote(key.substring(key.lastIndexOf('.') + 1)) + " *[={]"));
    }

    /** The documents repeat the table of settings; a failure shows the line to write. */
    @Test
    void hasTheLineOfEachSettingOnce() throws IOException {
        Map<String, List<String>> lines = linesOf(Files.readAllLines(SAMPLE));

        assertThat(SettingDocuments.sampleLines())
                .allSatisfy((path, line) ->
                        assertThat(lines.getOrDefault(path, List.of())).as(path).containsExactly(line));
    }

    /** Returns the lines with a value, by the paths of their keys. */
    private static Map<String, List<String>> linesOf(List<String> text) {
        Map<String, List<String>> lines = new TreeMap<>();
        Deque<String> sections = new ArrayDeque<>();
        for (String line : text) {
            Matcher key = KEY.matcher(line);
            boolean isKey = key.find();
            if (line.strip().equals("}")) {
                sections.removeLast();
            } else if (isKey && key.group(2).equals("{")) {
                sections.add(key.group(1) + ".");
            } else if (isKey) {
                lines.computeIfAbsent(String.join("", sections) + key.group(1), path -> new ArrayList<>())
                        .add(line);
            }
        }
        return lines;
    }

    @Test
    void readmeHasTheTableOfSettings() throws IOException {
        assertThat(Files.readString(README)).contains("\n\n" + SettingDocuments.table() + "\n");
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
