package io.maxmq.configfile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.maxmq.config.ConfiguredBroker;
import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.config.ConfigSection;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A section as the parser has read it. Remembers what was asked for. Not thread-safe. */
final class Section implements ConfigSection {
    private static final String KEY = "value";

    private final String path;
    private final ConfigObject object;

    /** The section before substitutions, which tells where the file has its values; null where a substitution makes it. */
    private final @Nullable ConfigObject written;

    private final Path directory;

    /** Null within a list, whose sections have no names. */
    private final @Nullable Overrides overrides;

    private final Set<String> asked = new TreeSet<>();
    private final List<Section> parts = new ArrayList<>();

    Section(
            String path,
            ConfigObject object,
            @Nullable ConfigObject written,
            Path directory,
            @Nullable Overrides overrides) {
        this.path = path;
        this.object = object;
        this.written = written;
        this.directory = directory;
        this.overrides = overrides;
    }

    @Override
    public String path() {
        return path;
    }

    // ---- values

    @Override
    public boolean has(String key) {
        return value(key) != null;
    }

    @Override
    public String text(String key) {
        ConfigValue value = value(key);
        if (value == null) {
            throw missing(key);
        }
        return convert(key, value, "a text", Config::getString);
    }

    @Override
    public String text(String key, String otherwise) {
        return read(key, otherwise, "a text", Config::getString);
    }

    @Override
    public boolean flag(String key, boolean otherwise) {
        return read(key, otherwise, "true or false", Config::getBoolean);
    }

    @Override
    public int number(String key, int otherwise) {
        long number = number(key, (long) otherwise);
        if (number != (int) number) {
            throw wrong(key, "must be " + Integer.MIN_VALUE + ".." + Integer.MAX_VALUE + ", not " + number);
        }
        return (int) number;
    }

    @Override
    public long number(String key, long otherwise) {
        return read(key, otherwise, "a whole number", (config, at) -> {
            if (config.getDouble(at) != Math.rint(config.getDouble(at))) {
                throw new ConfigException.BadValue(at, "not whole");
            }
            return config.getLong(at);
        });
    }

    @Override
    public long bytes(String key, long otherwise) {
        return read(
                key,
                otherwise,
                "an amount of bytes such as 65536, 64 KiB or 2 GB",
                (config, at) -> config.getMemorySize(at).toBytes());
    }

    @Override
    public Duration duration(String key, Duration otherwise) {
        return read(key, otherwise, "a time with its unit such as 250 ms, 10 s, 5 m or 1 h", (config, at) -> {
            String text = config.getString(at);
            if (!text.isEmpty() && text.chars().allMatch(Character::isDigit) && !text.equals("0")) {
                throw new ConfigException.BadValue(at, "no unit");
            }
            return config.getDuration(at);
        });
    }

    @Override
    public <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
        List<String> names =
                Arrays.stream(type.getEnumConstants()).map(Section::nameOf).toList();
        return read(key, otherwise, "one of " + String.join(", ", names), (config, at) -> {
            int index = names.indexOf(config.getString(at));
            if (index < 0) {
                throw new ConfigException.BadValue(at, "unknown");
            }
            return type.getEnumConstants()[index];
        });
    }

    private static String nameOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public Path file(String key) {
        Path file = fileOrNull(key);
        if (file == null) {
            throw missing(key);
        }
        return file;
    }

    @Override
    public @Nullable Path fileOrNull(String key) {
        ConfigValue value = value(key);
        if (value == null) {
            return null;
        }
        return convert(key, value, "a path", (config, at) -> path(config.getString(at)));
    }

    @Override
    public List<Path> files(String key) {
        List<String> names = texts(key, List.of());
        ConfigValue value = value(key);
        return value == null
                ? List.of()
                : convert(
                        key,
                        value,
                        "a list of paths",
                        (config, at) -> names.stream().map(this::path).toList());
    }

    private Path path(String text) {
        try {
            if (!text.isEmpty()) {
                return directory.resolve(text);
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw new ConfigException.BadValue(KEY, "no path");
    }

    @Override
    public List<String> texts(String key, List<String> otherwise) {
        ConfigValue value = value(key);
        if (value == null) {
            return otherwise;
        }
        if (value.valueType() == ConfigValueType.STRING) {
            String text = (String) value.unwrapped();
            if (overrides == null || overrides.of(pathOf(key)) == null) {
                return List.of(text);
            }
            return Arrays.stream(text.split(",", -1))
                    .map(String::trim)
                    .filter(each -> !each.isEmpty())
                    .toList();
        }
        return convert(key, value, "a list of texts", Config::getStringList);
    }

    // ---- sections within

    @Override
    public Section section(String key) {
        asked.add(key);
        ConfigValue value = object.get(key);
        ConfigObject part;
        if (value == null || value.valueType() == ConfigValueType.NULL) {
            part = ConfigValueFactory.fromMap(Map.of()).withOrigin(object.origin());
        } else {
            part = object(pathOf(key), value);
        }
        return part(new Section(pathOf(key), part, objectOf(written(key)), directory, overrides));
    }

    @Override
    public List<ConfigSection> sections(String key) {
        ConfigValue value = value(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof ConfigList list)) {
            throw at(value, pathOf(key) + " must be a list of sections: [ { … }, { … } ]");
        }
        List<ConfigSection> sections = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String name = pathOf(key) + "[" + i + "]";
            ConfigValue each = written(key) instanceof ConfigList all && i < all.size() ? all.get(i) : null;
            sections.add(part(new Section(name, object(name, list.get(i)), objectOf(each), directory, null)));
        }
        return sections;
    }

    @Override
    public Map<String, ConfigSection> named(String key) {
        Section all = section(key);
        List<Map.Entry<String, ConfigValue>> inOrder = new ArrayList<>(all.object.entrySet());
        inOrder.sort(Comparator.comparingInt((Map.Entry<String, ConfigValue> each) ->
                        each.getValue().origin().lineNumber())
                .thenComparing(Map.Entry::getKey));
        Map<String, ConfigSection> sections = new LinkedHashMap<>();
        for (Map.Entry<String, ConfigValue> each : inOrder) {
            sections.put(each.getKey(), all.section(each.getKey()));
        }
        return sections;
    }

    /** The value before substitutions; null when there is none, or its section is made by one. */
    private @Nullable ConfigValue written(String key) {
        try {
            return written == null ? null : written.get(key);
        } catch (ConfigException e) {
            return null; // not resolved
        }
    }

    private static @Nullable ConfigObject objectOf(@Nullable ConfigValue value) {
        return value instanceof ConfigObject object ? object : null;
    }

    private Section part(Section section) {
        parts.add(section);
        return section;
    }

    private ConfigObject object(String name, ConfigValue value) {
        if (value instanceof ConfigObject part) {
            return part;
        }
        throw at(value, name + " must be a section: " + name + " { … }");
    }

    // ---- what is wrong

    @Override
    public ConfigFileException wrong(String key, String problem) {
        if (key.isEmpty()) {
            return at(object, path.isEmpty() ? problem : path + ": " + problem);
        }
        ConfigValue value = value(key);
        return at(value == null ? object : value, pathOf(key) + " " + problem);
    }

    @Override
    public ConfigFileException wrongWithin(String key, int line, int column, String problem) {
        ConfigValue value = value(key);
        String text = pathOf(key) + " " + problem;
        if (value == null) {
            return at(object, text);
        }
        ConfigValue asWritten = written(key);
        boolean isOverridden = value.origin().filename() == null;
        ConfigOrigin origin = asWritten == null || isOverridden ? value.origin() : asWritten.origin();
        TextPlace place = TextPlace.within(value, origin, line, column);
        String file = place.file();
        if (file == null) {
            return at(value, text);
        }
        return new ConfigFileException(
                file,
                place.line(),
                place.column(),
                place.column() > 0 ? text : text + "; the text begins in line " + place.line() + " of the file",
                null);
    }

    private ConfigFileException missing(String key) {
        String nearest = NearestKey.of(key, object.keySet());
        return at(
                object,
                (path.isEmpty() ? "" : path + ": ") + "key " + key + " is missing"
                        + (nearest == null || asked.contains(nearest) ? "" : ", did you mean it by " + nearest + "?"));
    }

    /** @throws ConfigFileException for a key that nobody has asked for, here or in a section within */
    void refuseUnknown() {
        for (Map.Entry<String, ConfigValue> each : object.entrySet()) {
            if (!asked.contains(each.getKey())) {
                String nearest = NearestKey.of(each.getKey(), asked);
                throw at(
                        each.getValue(),
                        "unknown key " + pathOf(each.getKey()) + ", "
                                + (nearest == null
                                        ? "known are " + String.join(", ", asked)
                                        : "did you mean " + nearest + "?"));
            }
        }
        parts.forEach(Section::refuseUnknown);
    }

    /** Returns the origin of each known key, here and within, by its path. */
    Map<String, String> origins() {
        Map<String, String> origins = new TreeMap<>();
        Set.copyOf(asked).forEach(key -> origins.put(pathOf(key), originOf(value(key))));
        parts.forEach(part -> origins.putAll(part.origins()));
        return origins;
    }

    private static String originOf(@Nullable ConfigValue value) {
        if (value == null) {
            return ConfiguredBroker.DEFAULT;
        }
        ConfigOrigin origin = value.origin();
        return origin.filename() == null ? origin.description() : origin.filename() + ":" + origin.lineNumber();
    }

    private ConfigFileException at(ConfigValue value, String problem) {
        return at(value.origin(), TextPlace.start(value).line(), problem, null);
    }

    static ConfigFileException at(ConfigOrigin origin, String problem, @Nullable Throwable cause) {
        return at(origin, Math.max(0, origin.lineNumber()), problem, cause);
    }

    private static ConfigFileException at(ConfigOrigin origin, int line, String problem, @Nullable Throwable cause) {
        String file = origin.filename();
        return new ConfigFileException(file == null ? origin.description() : file, line, problem, cause);
    }

    // ---- reading

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private @Nullable ConfigValue value(String key) {
        asked.add(key);
        Overrides.Override override = overrides == null ? null : overrides.of(pathOf(key));
        if (override != null) {
            return ConfigValueFactory.fromAnyRef(override.value(), override.where());
        }
        ConfigValue value = object.get(key);
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    private <T> T read(String key, T otherwise, String kind, BiFunction<Config, String, T> reading) {
        ConfigValue value = value(key);
        return value == null ? otherwise : convert(key, value, kind, reading);
    }

    private <T> T convert(String key, ConfigValue value, String kind, BiFunction<Config, String, T> reading) {
        try {
            return reading.apply(value.atKey(KEY), KEY);
        } catch (ConfigException | IllegalArgumentException e) { // the latter for what is beyond a long
            throw at(value, pathOf(key) + " must be " + kind + ", not " + shown(value));
        }
    }

    /** In one line; of what has parts, which may be secrets, only what it is. */
    private static String shown(ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> "a section";
            case LIST -> "a list";
            default -> value.render();
        };
    }
}
