package io.maxmq.spring.boottests;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** An application as Spring Boot runs it. */
@SpringBootApplication
class BootApplication {

    /** Runs it with more beans and properties. */
    static ConfigurableApplicationContext run(Class<?> beans, String... properties) {
        return new SpringApplicationBuilder(BootApplication.class, beans)
                .properties(
                        "spring.main.banner-mode=off",
                        "logging.level.root=warn",
                        "management.endpoints.jmx.exposure.include=*",
                        "spring.jmx.enabled=true")
                .run(arguments(properties));
    }

    /** Runs it with a {@link Greeter}. */
    static ConfigurableApplicationContext run(String... properties) {
        return run(Greetings.class, properties);
    }

    private static String[] arguments(String... properties) {
        String[] arguments = new String[properties.length];
        for (int i = 0; i < properties.length; i++) {
            arguments[i] = "--" + properties[i];
        }
        return arguments;
    }

    static int port(ConfigurableApplicationContext application) {
        return application.getEnvironment().getRequiredProperty("local.maxmq.port", Integer.class);
    }

    static String uri(ConfigurableApplicationContext application) {
        return "tcp://127.0.0.1:" + port(application);
    }
}
