package io.maxmq.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class FileWatchTest {
    @TempDir
    private Path directory;

    private Path first;
    private Path second;
    private int changes;
    private FileWatch watch;

    @BeforeEach
    void writeFiles() throws IOException {
        first = Files.writeString(directory.resolve("first"), "1");
        second = Files.writeString(directory.resolve("second"), "1");
        watch = new FileWatch(List.of(first, second), () -> changes++);
    }

    private int changesAfterPolls(int polls) {
        for (int i = 0; i < polls; i++) {
            watch.run();
        }
        return changes;
    }

    @Test
    void unchangedFilesCauseNoCallback() {
        assertThat(changesAfterPolls(3)).isZero();
    }

    @Test
    void changeCausesOneCallbackAfterTwoEqualPolls() throws IOException {
        Files.writeString(second, "22");

        assertThat(changesAfterPolls(1)).isZero();
        assertThat(changesAfterPolls(1)).isEqualTo(1);
        assertThat(changesAfterPolls(3)).isEqualTo(1);
    }

    @Test
    void changeBetweenPollsPostponesTheCallback() throws IOException {
        Files.writeString(first, "22");
        changesAfterPolls(1);
        Files.writeString(second, "333");

        assertThat(changesAfterPolls(1)).isZero();
        assertThat(changesAfterPolls(1)).isEqualTo(1);
    }

    @Test
    void missingFileWaitsForItsReplacement() throws IOException {
        Files.delete(first);
        assertThat(changesAfterPolls(3)).isZero();

        Files.writeString(first, "22");
        assertThat(changesAfterPolls(2)).isEqualTo(1);
    }

    @Test
    void changeBackToTheKnownStateCausesNoCallback() throws IOException {
        Path moved = directory.resolve("moved");
        Files.move(first, moved);
        changesAfterPolls(1);
        Files.move(moved, first);

        assertThat(changesAfterPolls(3)).isZero();
    }

    @Test
    void failedCallbackIsNotRepeatedForTheSameChange() throws IOException {
        watch = new FileWatch(List.of(first), () -> {
            changes++;
            throw new IllegalStateException("unreadable");
        });
        Files.writeString(first, "22");

        changesAfterPolls(1);
        try {
            watch.run();
        } catch (IllegalStateException expected) {
            assertThat(expected).hasMessage("unreadable");
        }

        assertThat(changesAfterPolls(3)).isEqualTo(1);
    }
}
