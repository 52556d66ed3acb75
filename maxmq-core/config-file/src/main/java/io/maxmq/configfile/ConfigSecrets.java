package io.maxmq.configfile;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The files, included ones too, from which a configuration has passwords and other secrets. Stateless. */
final class ConfigSecrets {
    private static final Pattern SECRET_KEY = Pattern.compile("headers|(.+-)?(password|secret|token)");
    private static final Pattern URL_WITH_USER_INFO = Pattern.compile("[a-z][a-z0-9+.-]*://[^/?#]*@.*");

    private ConfigSecrets() {}

    /** Returns the files in no order. */
    static Set<Path> files(ConfigObject configuration) {
        Set<Path> files = new TreeSet<>();
        collect(configuration, files);
        return files;
    }

    private static void collect(ConfigValue value, Set<Path> files) {
        if (value instanceof ConfigObject section) {
            for (Map.Entry<String, ConfigValue> each : section.entrySet()) {
                if (SECRET_KEY.matcher(each.getKey()).matches() && !isEmpty(each.getValue())) {
                    add(each.getValue(), files);
                }
                collect(each.getValue(), files);
            }
        } else if (value instanceof ConfigList list) {
            list.forEach(each -> collect(each, files));
        } else if (value.unwrapped() instanceof String text
                && URL_WITH_USER_INFO.matcher(text).matches()) {
            add(value, files);
        }
    }

    private static boolean isEmpty(ConfigValue value) {
        return value.valueType() == ConfigValueType.NULL
                || value.unwrapped().equals("")
                || value instanceof ConfigList list && list.isEmpty();
    }

    private static void add(ConfigValue value, Set<Path> files) {
        String file = value.origin().filename();
        if (file != null) {
            files.add(Path.of(file));
        }
    }
}
