package io.maxmq.configfile;

import io.maxmq.config.SettingKey;
import io.maxmq.config.SettingKeys;
import io.maxmq.config.SettingSection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Generates the documents of the settings from their table. Stateless. */
final class SettingDocuments {
    private static final int COMMENT_COLUMN = 36;

    /** The sample differs from the defaults here, so that a first client can connect. */
    private static final Map<String, String> SAMPLE_VALUES = Map.of("allow-anonymous", "true");

    private SettingDocuments() {}

    /** Returns the line of each key in the sample file: {@code receive-maximum = 100   # unacknowledged …}. */
    static Map<String, String> sampleLines() {
        Map<String, String> lines = new LinkedHashMap<>();
        SettingKeys.ALL.forEach(section -> addSampleLines(section, lines));
        return lines;
    }

    private static <R, D> void addSampleLines(SettingSection<R, D> section, Map<String, String> lines) {
        R defaults = section.defaults();
        int depth = section.path().isEmpty() ? 0 : section.path().split("\\.").length;
        for (SettingKey<R, D, ?> key : section.keys()) {
            String path = section.pathOf(key);
            String value = SAMPLE_VALUES.getOrDefault(path, key.valueIn(defaults));
            String setting = "  ".repeat(depth) + key.name() + " = " + value;
            String padding = " ".repeat(Math.max(1, COMMENT_COLUMN - setting.length()));
            lines.put(path, setting + padding + "# " + key.help() + values(key));
        }
    }

    private static String values(SettingKey<?, ?, ?> key) {
        List<String> selfEvident = List.of("true or false", "a text", "a list of topic levels");
        boolean isSelfEvident = key.type().range().isPresent()
                || selfEvident.contains(key.type().values());
        return isSelfEvident ? "" : ": " + key.type().values();
    }

    /** Returns the table of the README, in Markdown. */
    static String table() {
        StringBuilder table = new StringBuilder("| key | default | values | meaning |\n| --- | --- | --- | --- |\n");
        SettingKeys.ALL.forEach(section -> addRows(section, table));
        return table.toString();
    }

    private static <R, D> void addRows(SettingSection<R, D> section, StringBuilder table) {
        R defaults = section.defaults();
        for (SettingKey<R, D, ?> key : section.keys()) {
            table.append("| `%s` | `%s` | %s | %s |\n"
                    .formatted(
                            section.pathOf(key),
                            key.valueIn(defaults),
                            key.type().values(),
                            key.help()));
        }
    }
}
