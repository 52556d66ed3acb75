package io.maxmq.spring.boottests;

import io.maxmq.MaxMQ;
import io.maxmq.spring.MaxMQAutoConfiguration;
import io.maxmq.spring.MaxMQHealthAutoConfiguration;
import io.maxmq.spring.MaxMQMetricsAutoConfiguration;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.jar.Manifest;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** The starter on class paths that lack optional modules, and its jar. */
class ClassPathTest {
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MaxMQAutoConfiguration.class,
                    MaxMQHealthAutoConfiguration.class,
                    MaxMQMetricsAutoConfiguration.class))
            .withPropertyValues("maxmq.listeners.mqtt.port=0", "maxmq.allow-anonymous=true");

    @Test
    void coreIsEnough() {
        application
                .withClassLoader(new FilteredClassLoader(
                        "io.maxmq.auth",
                        "io.maxmq.configfile",
                        "io.maxmq.junit",
                        "io.maxmq.micrometer",
                        "io.maxmq.storage",
                        "io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(MaxMQ.class));
    }

    @Test
    void missingModuleIsNamed() {
        application
                .withClassLoader(new FilteredClassLoader("io.maxmq.auth"))
                .withPropertyValues("maxmq.password-file=users")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessage("maxmq.password-file needs io.maxmq:maxmq-auth; add this dependency"));
        application
                .withClassLoader(new FilteredClassLoader("io.maxmq.storage"))
                .withPropertyValues("maxmq.storage.directory=data")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessage("maxmq.storage.directory needs io.maxmq:maxmq-storage; add this dependency"));
    }

    @Test
    void metadataDescribesEveryProperty() throws Exception {
        String metadata;
        try (InputStream in =
                MaxMQAutoConfiguration.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }

        List<String> properties = Pattern.compile("\\{\\s*\"name\"[^{}]*}")
                .matcher(metadata.substring(metadata.indexOf("\"properties\"")))
                .results()
                .map(MatchResult::group)
                .toList();

        assertThat(properties)
                .extracting(each -> valueOf("name", each))
                .contains(
                        "maxmq.enabled",
                        "maxmq.config-file",
                        "maxmq.allow-anonymous",
                        "maxmq.listeners",
                        "maxmq.storage.directory",
                        "maxmq.storage.durability");
        assertThat(properties)
                .allSatisfy(each -> assertThat(valueOf("description", each)).isNotBlank());
    }

    private static String valueOf(String key, String json) {
        Matcher found = Pattern.compile("\"" + key + "\": \"([^\"]*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    @Test
    void moduleNameOfTheJarIsFixed() throws Exception {
        String type = MaxMQAutoConfiguration.class.getName().replace('.', '/') + ".class";
        String at = MaxMQAutoConfiguration.class.getResource("/" + type).toString();
        try (InputStream in = new URL(at.replace(type, "META-INF/MANIFEST.MF")).openStream()) {
            assertThat(new Manifest(in).getMainAttributes().getValue("Automatic-Module-Name"))
                    .isEqualTo("io.maxmq.spring");
        }
    }
}
