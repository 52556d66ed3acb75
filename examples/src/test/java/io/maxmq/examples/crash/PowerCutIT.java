package io.maxmq.examples.crash;

import io.maxmq.examples.crash.JournaledDisk.Unpromised;
import io.maxmq.examples.crash.PowerCut.Lie;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The simulated disk itself: a small program writes through it, and its images are looked at. */
class PowerCutIT {
    private static final int DEADLINE_SECONDS = 60;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // steps                                                         | kept files
                "write:a:one sync:a sync:.                                       | a=one",
                "write:a:one sync:.                                              | a=",
                "write:a:one sync:a                                              | ''",
                "write:a:one sync:a sync:. write:a:two                           | a=one",
                "write:a:one sync:a sync:. write:a:two sync:a                    | a=onetwo",
                "write:a:one sync:a sync:. put:a:1:xx                            | a=one",
                "write:a:one put:a:1:xx sync:a sync:.                            | a=oxx",
                "write:a:four cut:a:2 sync:a sync:.                              | a=fo",
                "write:a:four sync:a sync:. cut:a:2                              | a=four",
                "write:a:one sync:a sync:. move:a:b                              | a=one",
                "write:a:one sync:a sync:. move:a:b sync:.                       | b=one",
                "write:a:one sync:a write:b:two sync:b sync:. move:b:a           | a=one b=two",
                "write:a:one sync:a write:b:two sync:b sync:. move:b:a sync:.    | a=two",
                "write:a:one sync:a sync:. delete:a                              | a=one",
                "write:a:one sync:a sync:. delete:a sync:.                       | ''",
                "write:a:one sync:a sync:. delete:a write:a:two                  | a=one",
                "write:a:one sync:a sync:. link:a:b                              | a=one",
                "write:a:one sync:a link:a:b sync:. write:a:two sync:b           | a=onetwo b=onetwo",
                "mkdir:d write:d/a:one sync:d/a sync:d                           | ''",
                "mkdir:d write:d/a:one sync:d/a sync:d sync:.                    | d/a=one",
                "write:old:more sync:old                                         | old=oldmore",
                "write:old:more                                                  | old=old",
            })
    void keepsWhatAFinishedFsyncCoversAndNoMore(String steps, String kept) throws Exception {
        JournaledDisk disk = run(Lie.NONE, steps);

        Map<String, String> expected = new TreeMap<>();
        if (!steps.contains("old")) {
            expected.put("old", "old");
        }
        for (String file : kept.isEmpty() ? new String[0] : kept.split(" ")) {
            expected.put(file.split("=")[0], file.endsWith("=") ? "" : file.split("=")[1]);
        }
        assertThat(image(disk, Unpromised.LOST)).isEqualTo(expected);
        assertThat(disk.differencesFrom(directory())).isEmpty();
    }

    @Test
    void theWholeJournalGivesTheDirectoryAsItIs() throws Exception {
        JournaledDisk disk = run(
                Lie.NONE,
                "write:a:one sync:a mkdir:d write:d/b:two move:a:c put:old:1:ppp cut:c:1 link:c:e delete:c sync:.");

        assertThat(image(disk, Unpromised.KEPT)).isEqualTo(files(directory()));
        assertThat(disk.differencesFrom(directory())).isEmpty();
    }

    @Test
    void saysWhereADirectoryIsNotAsTheJournalSays() throws Exception {
        JournaledDisk disk = run(Lie.NONE, "write:a:one write:b:two");
        Files.writeString(directory().resolve("a"), "onX");
        Files.delete(directory().resolve("b"));
        Files.writeString(directory().resolve("c"), "three");

        assertThat(disk.differencesFrom(directory()))
                .containsExactlyInAnyOrder("a differs at 2", "b is not there", "c is unknown");
    }

    @Test
    void aTornDiskKeepsAPrefixOfWhatNobodyWasPromised() throws Exception {
        JournaledDisk disk = run(Lie.NONE, "write:a:one sync:a sync:. write:a:two write:a:six move:a:b");

        TreeSet<String> seen = new TreeSet<>();
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            seen.add(image(disk, Unpromised.TORN, random).toString());
        }

        List<String> expected = new ArrayList<>();
        for (String text : List.of("one", "onet", "onetw", "onetwo", "onetwos", "onetwosi", "onetwosix")) {
            expected.add("{a=" + text + ", old=old}");
            expected.add("{b=" + text + ", old=old}");
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aLyingDiskLosesWhatItHasPromised() throws Exception {
        String steps = "write:a:one sync:a sync:. write:a:two sync:a";

        assertThat(image(run(new Lie(1, ""), steps), Unpromised.LOST)).containsEntry("a", "");
        clean();
        assertThat(image(run(new Lie(2, ""), steps), Unpromised.LOST)).containsEntry("a", "one");
        clean();
        assertThat(image(run(new Lie(3, ""), steps), Unpromised.LOST)).containsEntry("a", "onetwo");
        clean();
        assertThat(image(run(new Lie(1, "b"), steps), Unpromised.LOST)).containsEntry("a", "onetwo");
    }

    private Path directory() {
        return temporary.resolve("disk");
    }

    private JournaledDisk run(Lie lie, String steps) throws Exception {
        Files.createDirectory(directory());
        Path before = temporary.resolve("before");
        Files.createDirectories(before);
        Files.writeString(directory().resolve("old"), "old");
        Files.writeString(before.resolve("old"), "old");
        PowerCut cut = PowerCut.compiledIn(temporary);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Path.of("target", "test-classes").toString(),
                DiskUser.class.getName(),
                directory().toString()));
        command.addAll(List.of(steps.trim().split(" +")));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment()
                .putAll(cut.environment(directory(), temporary.resolve("journal"), temporary.resolve("full"), lie));
        Process user = builder.start();
        assertThat(user.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(user.exitValue()).isZero();
        return JournaledDisk.read(before, temporary.resolve("journal"));
    }

    private void clean() throws IOException {
        DataDirectory.delete(directory());
    }

    private Map<String, String> image(JournaledDisk disk, Unpromised unpromised) throws IOException {
        return image(disk, unpromised, new Random(0));
    }

    private Map<String, String> image(JournaledDisk disk, Unpromised unpromised, Random random) throws IOException {
        Path target = temporary.resolve("image");
        disk.writeTo(target, unpromised, random);
        Map<String, String> files = files(target);
        DataDirectory.delete(target);
        return files;
    }

    /** Texts by relative path. */
    private static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(directory.relativize(path).toString(), Files.readString(path));
            }
        }
        return files;
    }
}
