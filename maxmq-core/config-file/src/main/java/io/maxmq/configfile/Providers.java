package io.maxmq.configfile;

import io.maxmq.spi.config.ConfigSection;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;

/** The providers of one kind that {@link ServiceLoader} finds, by the name of what they create. Immutable. */
final class Providers<P> {
    private final Map<String, P> byName = new TreeMap<>();

    /** The names of providers in MaxMQ's own modules, and the module of each. */
    private final Map<String, String> artifacts;

    Providers(ServiceLoader<P> found, Function<P, String> name, Map<String, String> artifacts) {
        found.forEach(each -> byName.put(name.apply(each), each));
        this.artifacts = artifacts;
    }

    Map<String, P> byName() {
        return byName;
    }

    /**
     * The provider that the key {@code type} of a section names.
     *
     * @param others further values that the message of the exception lists
     */
    P ofType(ConfigSection section, String type, String... others) {
        P provider = byName.get(type);
        if (provider != null) {
            return provider;
        }
        String missing = artifacts.get(type);
        if (missing != null) {
            throw section.wrong("type", type + " needs a module that is missing: add " + missing);
        }
        TreeMap<String, Object> known = new TreeMap<>(byName);
        artifacts.keySet().forEach(each -> known.put(each, each));
        for (String other : others) {
            known.put(other, other);
        }
        throw section.wrong("type", "must be " + String.join(" or ", known.keySet()) + ", not " + type);
    }
}
