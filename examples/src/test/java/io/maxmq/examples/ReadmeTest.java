package io.maxmq.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the README shows is what the build compiles and CI runs. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final Path QUICKSTART = Path.of("src/main/java/io/maxmq/examples/quickstart/Quickstart.java");

    @Test
    void showsTheQuickstart() throws IOException {
        String source = Files.readString(QUICKSTART)
                .replaceFirst("(?s)^package .*?;\n\n", "")
                .replaceFirst("(?s)/\\*\\*.*?\\*/\n", "");

        assertThat(blocks("java")).first().isEqualTo(source);
    }

    @Test
    void givesTheTestCommandThatCiRuns() throws IOException {
        List<String> ci = Files.readAllLines(ROOT.resolve(".ci/run"));
        String command = ci.get(ci.size() - 1);

        assertThat(command).startsWith("mvn ");
        assertThat(blocks("sh")).contains(command + "\n");
    }

    @Test
    void runsTheRoundTripWithOneCommand() throws IOException {
        assertThat(blocks("sh"))
                .contains(
                        "mvn -q -pl examples -am -DskipTests package && java -jar examples/target/maxmq-examples.jar\n");
    }

    /** The fenced blocks of a language. */
    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map(MatchResult::group)
                .map(block -> block.substring(block.indexOf('\n') + 1, block.length() - "```".length()))
                .toList();
    }
}
