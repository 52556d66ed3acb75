package io.maxmq.examples;

import io.maxmq.MaxMQ;
import io.maxmq.examples.migration.FromHiveMq;
import io.maxmq.examples.migration.FromMoquette;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The pages about migration show programs that the build compiles and a configuration that the broker reads. */
class MigrationTest {
    private static final Path PAGES = Path.of("migration");

    @Test
    void showsTheProgramOfMoquette() throws IOException {
        assertThat(block("from-moquette.md", "```java\n")).isEqualTo(source(FromMoquette.class));
    }

    @Test
    void showsTheProgramOfHiveMq() throws IOException {
        assertThat(block("from-hivemq-ce.md", "```java\n")).isEqualTo(source(FromHiveMq.class));
    }

    @Test
    void showsAConfigurationThatTheBrokerReads(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("users"), "alice:$7$101$c2FsdHNhbHQ=$" + "A".repeat(86) + "==\n");
        Files.writeString(directory.resolve("acl"), "allow all user=alice topic=#\n");
        Path file = directory.resolve("maxmq.conf");
        Files.writeString(file, block("from-mosquitto.md", "is this `maxmq.conf`:\n\n```\n"));

        assertThat(MaxMQ.fromConfig(file)).isNotNull();
    }

    private static String source(Class<?> type) throws IOException {
        Path file = Path.of("src/main/java/" + type.getName().replace('.', '/') + ".java");
        return Files.readString(file)
                .replaceFirst("(?s)^package .*?;\n\n", "")
                .replaceFirst("(?s)/\\*\\* A program.*?\\*/\n", "");
    }

    private static String block(String page, String before) throws IOException {
        Matcher block = Pattern.compile(Pattern.quote(before) + "(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGES.resolve(page)));
        assertThat(block.find()).as(page).isTrue();
        return block.group(1);
    }
}
