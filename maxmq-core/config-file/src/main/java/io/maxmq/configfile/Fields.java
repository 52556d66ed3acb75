package io.maxmq.configfile;

import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.config.ConfigSection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a section says into a builder, and says which key is to blame when the builder refuses. What the section does not say
 * stays as the builder has it. Not thread-safe.
 *
 * @param <B> the builder
 * @param <T> what it builds
 */
final class Fields<B, T> {
    private final ConfigSection section;
    private final Supplier<B> fresh;
    private final Function<B, T> build;
    private final Map<String, Consumer<B>> said = new LinkedHashMap<>();

    /**
     * @param fresh makes the builder, each time anew
     * @param build throws {@link IllegalArgumentException} when it refuses
     */
    Fields(ConfigSection section, Supplier<B> fresh, Function<B, T> build) {
        this.section = section;
        this.fresh = fresh;
        this.build = build;
    }

    Fields<B, T> text(String key, BiConsumer<B, String> setter) {
        return put(key, () -> section.text(key), setter);
    }

    Fields<B, T> flag(String key, BiConsumer<B, Boolean> setter) {
        return put(key, () -> section.flag(key, false), setter);
    }

    Fields<B, T> number(String key, BiConsumer<B, Integer> setter) {
        return put(key, () -> section.number(key, 0), setter);
    }

    Fields<B, T> bytes(String key, BiConsumer<B, Long> setter) {
        return put(key, () -> section.bytes(key, 0), setter);
    }

    /** An amount of bytes below 2 GiB. */
    Fields<B, T> fewBytes(String key, BiConsumer<B, Integer> setter) {
        return put(
                key,
                () -> {
                    long bytes = section.bytes(key, 0);
                    if (bytes != (int) bytes) {
                        throw section.wrong(key, "must be less than 2 GiB, not " + bytes);
                    }
                    return (int) bytes;
                },
                setter);
    }

    Fields<B, T> duration(String key, BiConsumer<B, Duration> setter) {
        return put(key, () -> section.duration(key, Duration.ZERO), setter);
    }

    Fields<B, T> texts(String key, BiConsumer<B, List<String>> setter) {
        return put(key, () -> section.texts(key, List.of()), setter);
    }

    <E extends Enum<E>> Fields<B, T> choice(String key, Class<E> type, BiConsumer<B, E> setter) {
        return put(key, () -> section.choice(key, type, type.getEnumConstants()[0]), setter);
    }

    private <V> Fields<B, T> put(String key, Supplier<V> reader, BiConsumer<B, V> setter) {
        if (section.has(key)) {
            V value = reader.get();
            said.put(key, builder -> setter.accept(builder, value));
        }
        return this;
    }

    /** @throws ConfigFileException when the builder refuses */
    T build() {
        B builder = fresh.get();
        try {
            said.values().forEach(each -> each.accept(builder));
            return build.apply(builder);
        } catch (ConfigFileException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            String culprit = culprit();
            throw section.wrong(
                    culprit == null ? "" : culprit, (culprit == null ? "" : "is refused: ") + e.getMessage());
        }
    }

    /** The key that is refused even alone; null when it takes several. */
    private @Nullable String culprit() {
        for (Map.Entry<String, Consumer<B>> each : said.entrySet()) {
            B builder = fresh.get();
            try {
                each.getValue().accept(builder);
                T unused = build.apply(builder);
            } catch (IllegalArgumentException e) {
                return each.getKey();
            }
        }
        return null;
    }
}
