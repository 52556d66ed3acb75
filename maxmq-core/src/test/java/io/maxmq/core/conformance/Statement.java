package io.maxmq.core.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One numbered normative statement.
 *
 * @param id for example {@code MQTT-3.1.2-24}
 * @param text what it asks for, in a few words of our own
 * @param whyUntested why no test proves it, or null when one has to
 */
record Statement(
        String id, Binds binds, String text, @Nullable String whyUntested) {
    /** Whom a statement binds. */
    enum Binds {
        SERVER,
        BOTH,
        /** The client; the server has to notice when it is broken. */
        CHECKED,
        /** The client alone. */
        CLIENT
    }

    private static final Pattern LINE = Pattern.compile("([0-9.]+-[0-9]+) +(server|both|checked|client) +(\\S.*)");

    boolean bindsServer() {
        return binds != Binds.CLIENT;
    }

    String chapter() {
        return id.substring("MQTT-".length(), id.indexOf('.', id.indexOf('.') + 1));
    }

    /** All statements of a version, in the order of the standard; from {@code mqtt-VERSION.txt}. */
    static List<Statement> of(String version) {
        String name = "mqtt-" + version + ".txt";
        List<Statement> all = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(Statement.class.getResourceAsStream(name), name);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                if (line.startsWith(" ")) {
                    Statement last = all.remove(all.size() - 1);
                    all.add(new Statement(last.id, last.binds, last.text, line.strip()));
                    continue;
                }
                Matcher matcher = LINE.matcher(line);
                if (!matcher.matches()) {
                    throw new IllegalStateException(name + " has no statement here: " + line);
                }
                Binds binds = Binds.valueOf(matcher.group(2).toUpperCase(Locale.ROOT));
                all.add(new Statement("MQTT-" + matcher.group(1), binds, matcher.group(3), null));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }
}
