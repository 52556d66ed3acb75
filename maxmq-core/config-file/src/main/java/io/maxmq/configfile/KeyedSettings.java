package io.maxmq.configfile;

import io.maxmq.config.SettingKey;
import io.maxmq.config.SettingSection;
import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.config.ConfigSection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of a section of the table {@link io.maxmq.config.SettingKeys}. A key that is not present keeps the value of the draft. If
 * the settings refuse the values, names the key to blame. Not thread-safe.
 *
 * @param <R> the settings
 * @param <D> their draft
 */
final class KeyedSettings<R, D> {
    private final ConfigSection section;
    private final Supplier<D> fresh;
    private final Function<D, R> build;
    private final Map<String, UnaryOperator<D>> changes = new LinkedHashMap<>();

    private KeyedSettings(ConfigSection section, Supplier<D> fresh, Function<D, R> build) {
        this.section = section;
        this.fresh = fresh;
        this.build = build;
    }

    /** @throws ConfigFileException if a value is invalid */
    static <R, D> R read(ConfigSection section, SettingSection<R, D> table) {
        return read(section, table, table.fresh());
    }

    /**
     * Reads values in place of those of a draft.
     *
     * @param fresh makes the draft, each time anew
     * @throws ConfigFileException if a value is invalid
     */
    static <R, D> R read(ConfigSection section, SettingSection<R, D> table, Supplier<D> fresh) {
        KeyedSettings<R, D> settings = new KeyedSettings<>(section, fresh, table.build());
        table.keys().forEach(settings::read);
        return settings.build();
    }

    private <V> void read(SettingKey<R, D, V> key) {
        if (section.has(key.name())) {
            V value = key.type().read(section, key.name());
            changes.put(key.name(), draft -> key.setter().apply(draft, value));
        }
    }

    private R build() {
        try {
            D draft = fresh.get();
            for (UnaryOperator<D> each : changes.values()) {
                draft = each.apply(draft);
            }
            return build.apply(draft);
        } catch (IllegalArgumentException e) {
            String culprit = culprit();
            throw culprit == null
                    ? section.wrong("", String.valueOf(e.getMessage()))
                    : section.wrong(culprit, "is refused: " + e.getMessage());
        }
    }

    /** Returns the key whose value alone is refused; null if the values are refused only together. */
    private @Nullable String culprit() {
        for (Map.Entry<String, UnaryOperator<D>> each : changes.entrySet()) {
            try {
                R unused = build.apply(each.getValue().apply(fresh.get()));
            } catch (IllegalArgumentException e) {
                return each.getKey();
            }
        }
        return null;
    }
}
