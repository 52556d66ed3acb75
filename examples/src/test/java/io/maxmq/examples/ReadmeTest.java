package io.maxmq.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the README shows is what the build compiles and CI runs. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final Path DOORBELL =
            Path.of("embedded-test/src/test/java/io/maxmq/examples/doorbell/DoorbellTest.java");
    private static final Path QUICKSTART = Path.of("src/main/java/io/maxmq/examples/quickstart/Quickstart.java");

    @Test
    void showsTheQuickstart() throws IOException {
        String source = Files.readString(QUICKSTART)
                .replaceFirst("(?s)^package .*?;\n\n", "")
                .replaceFirst("(?s)/\\*\\*.*?\\*/\n", "");

        assertThat(blocks("java")).contains(source);
    }

    @Test
    void showsATestThatTheBuildRuns() throws IOException {
        String test = Files.readString(DOORBELL);

        assertThat(blocks("java")).contains(test.substring(test.indexOf("@MaxMQTest")));
    }

    @Test
    void isShort() throws IOException {
        assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(150);
    }

    @Test
    void givesTheTestCommandThatCiRuns() throws IOException {
        List<String> commands = Files.readAllLines(ROOT.resolve(".ci/run")).stream()
                .filter(line -> line.startsWith("mvn "))
                .toList();

        assertThat(commands).hasSize(1);
        assertThat(blocks("sh")).contains(commands.get(0) + "\n");
    }

    @Test
    void ciFollowsTheReadmeOutsideTheCheckout() throws IOException {
        String script = Files.readString(Path.of("outside", "run"));
        String readme = Files.readString(ROOT.resolve("README.md"));

        assertThat(Files.readAllLines(ROOT.resolve(".ci/run"))).contains("examples/outside/run");
        assertThat(readme).contains("`mvn -q -DskipTests install`");
        assertThat(script).contains("-q -DskipTests install");
        for (String project : List.of("class-path", "modular", "spring-boot-3", "spring-boot-4")) {
            String artifact = project.startsWith("spring-boot") ? "maxmq-spring-boot-starter" : "maxmq-core";
            assertThat(readme).contains("`" + artifact + "`");
            assertThat(compact(Files.readString(Path.of("outside", project, "pom.xml"))))
                    .as(project)
                    .contains(compact(blocks("xml").get(0)).replace("maxmq-core", artifact));
            assertThat(script).contains(project);
        }
        assertThat(Files.readString(Path.of("outside", "spring-boot-3", "pom.xml")))
                .contains("<netty.version>")
                .contains(part(readme, "<netty.version>.*?</netty.version>"));
    }

    private static String compact(String xml) {
        return xml.replaceAll(">\\s+<", "><").strip();
    }

    private static String part(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group();
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
