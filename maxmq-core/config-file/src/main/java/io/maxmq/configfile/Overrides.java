package io.maxmq.configfile;

import io.maxmq.spi.config.ConfigFileException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What system properties and environment variables say, by the names of the keys, and which of them nobody has asked for. Not
 * thread-safe.
 */
final class Overrides {
    private static final String PROPERTY_PREFIX = "maxmq.";
    private static final String VARIABLE_PREFIX = "MAXMQ_";

    /** What Kubernetes tells every container of a namespace with a service whose name begins with {@code maxmq}. */
    private static final Pattern OF_KUBERNETES =
            Pattern.compile("MAXMQ_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT|PORT_\\d+_(TCP|UDP|SCTP)(_\\w+)?)");

    /** Settings of {@code maxmq-spring-boot-starter}, not of the file. */
    private static final Set<String> OF_SPRING_BOOT =
            Set.of("maxmq.config-file", "maxmq.enabled", "MAXMQ_CONFIG_FILE", "MAXMQ_CONFIGFILE", "MAXMQ_ENABLED");

    /** One of them. */
    record Override(String where, String value) {}

    private final Map<String, String> properties = new TreeMap<>();
    private final Map<String, String> variables = new TreeMap<>();
    private final Set<String> asked = new TreeSet<>();
    private final Map<String, String> askedVariables = new LinkedHashMap<>();

    Overrides(Map<String, String> systemProperties, Map<String, String> environment) {
        systemProperties.forEach((name, value) -> {
            if (name.startsWith(PROPERTY_PREFIX) && !OF_SPRING_BOOT.contains(name)) {
                properties.put(name, value);
            }
        });
        environment.forEach((name, value) -> {
            if (name.startsWith(VARIABLE_PREFIX) && !OF_SPRING_BOOT.contains(name)) {
                variables.put(name, value);
            }
        });
    }

    /** What is said for a key; the system property wins. */
    @Nullable
    Override of(String path) {
        String property = PROPERTY_PREFIX + path;
        String variable = variableOf(path);
        asked.add(property);
        askedVariables.put(variable, path);
        String value = properties.get(property);
        if (value != null) {
            return new Override("system property " + property, value);
        }
        value = variables.get(variable);
        return value == null ? null : new Override("environment variable " + variable, value);
    }

    /** Dots and hyphens are underscores in the environment. */
    static String variableOf(String path) {
        return VARIABLE_PREFIX + path.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** @throws ConfigFileException for one that no key has asked for */
    void refuseUnknown() {
        for (String property : properties.keySet()) {
            if (!asked.contains(property)) {
                throw unknown("system property " + property, property, asked);
            }
        }
        for (String variable : variables.keySet()) {
            if (!askedVariables.containsKey(variable)
                    && !OF_KUBERNETES.matcher(variable).matches()) {
                throw unknown("environment variable " + variable, variable, askedVariables.keySet());
            }
        }
    }

    private static ConfigFileException unknown(String where, String name, Collection<String> known) {
        String nearest = NearestKey.of(name, known);
        return new ConfigFileException(
                where,
                0,
                "there is no such setting" + (nearest == null ? "" : ", did you mean " + nearest + "?"),
                null);
    }
}
