package io.maxmq.junit.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the README shows is what runs here. */
class ReadmeTest {
    @Test
    void showsATestThatPasses() throws IOException {
        String test = Files.readString(Path.of("src/test/java/io/maxmq/junit/readme/DoorbellTest.java"))
                .replaceFirst("(?s)^package .*?;\n\n", "");

        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + test + "```\n");
    }
}
