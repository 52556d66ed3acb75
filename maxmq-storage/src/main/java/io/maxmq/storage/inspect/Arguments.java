package io.maxmq.storage.inspect;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The command line of an inspection.
 *
 * @param session a client id; null for the tables
 */
public record Arguments(Path directory, @Nullable String session, String tenant, boolean check, boolean repair) {
    public static final String USAGE =
            "usage: java -cp … io.maxmq.storage.Inspect DIR [--session CLIENT_ID [--tenant NAME]] [--check] [--repair]";

    /**
     * @throws IllegalArgumentException naming what is wrong
     */
    public static Arguments parse(String[] arguments) {
        Path directory = null;
        String session = null;
        String tenant = "default";
        boolean check = false;
        boolean repair = false;
        for (int i = 0; i < arguments.length; i++) {
            String each = arguments[i];
            switch (each) {
                case "--session" -> session = value(arguments, ++i, each);
                case "--tenant" -> tenant = value(arguments, ++i, each);
                case "--check" -> check = true;
                case "--repair" -> repair = true;
                default -> {
                    if (each.startsWith("--") || directory != null) {
                        throw new IllegalArgumentException("unknown argument: " + each);
                    }
                    directory = Path.of(each);
                }
            }
        }
        if (directory == null) {
            throw new IllegalArgumentException("no directory");
        }
        return new Arguments(directory, session, tenant, check, repair);
    }

    private static String value(String[] arguments, int index, String option) {
        if (index >= arguments.length) {
            throw new IllegalArgumentException("no value: " + option);
        }
        return arguments[index];
    }
}
