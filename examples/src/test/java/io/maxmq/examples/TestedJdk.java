package io.maxmq.examples;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assumptions.abort;

/** The Java installations that child processes are started with. */
enum TestedJdk {
    /** Runs the tests too. */
    OF_THE_BUILD {
        @Override
        Path java() {
            return javaOf(Path.of(System.getProperty("java.home")));
        }
    },

    /** The newest one that is installed; a test is skipped when none is newer than that of the build. */
    NEWEST {
        @Override
        Path java() {
            int current = Runtime.version().feature();
            Map.Entry<Integer, Path> newest = installed().lastEntry();
            if (newest == null || newest.getKey() <= current) {
                String reason = "skipped: no JDK newer than " + current + " in " + places() + ", see -D" + PLACES;
                System.out.println(reason);
                return abort(reason);
            }
            return javaOf(newest.getValue());
        }
    };

    /** A system property with further places for installations, separated as in a class path. */
    private static final String PLACES = "maxmq.test.jdks";

    /** Its {@code java}. */
    abstract Path java();

    static Path javaOf(Path home) {
        return home.resolve("bin").resolve("java");
    }

    private static List<Path> places() {
        List<Path> places = new ArrayList<>();
        places.add(Path.of(System.getProperty("java.home")).toAbsolutePath().getParent());
        places.add(Path.of("/usr/lib/jvm"));
        Stream.of(System.getProperty(PLACES, "").split(File.pathSeparator))
                .filter(place -> !place.isEmpty())
                .map(Path::of)
                .forEach(places::add);
        return places;
    }

    /** Homes by release. */
    private static NavigableMap<Integer, Path> installed() {
        NavigableMap<Integer, Path> found = new TreeMap<>();
        for (Path place : places()) {
            try (Stream<Path> homes = Files.list(place)) {
                homes.filter(home -> Files.isExecutable(javaOf(home))).forEach(home -> found.put(release(home), home));
            } catch (IOException e) {
                // Not on this machine.
            }
        }
        return found;
    }

    /** 17 for example; 0 when the installation does not say. */
    private static int release(Path home) {
        Properties release = new Properties();
        try (Reader reader = Files.newBufferedReader(home.resolve("release"))) {
            release.load(reader);
            return Runtime.Version.parse(release.getProperty("JAVA_VERSION", "").replace("\"", ""))
                    .feature();
        } catch (IOException | IllegalArgumentException e) {
            return 0;
        }
    }
}
