package io.maxmq.examples.standalone;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PasswordCommandTest {
    @TempDir
    private Path directory;

    private void run(String... arguments) throws UsageException {
        PasswordCommand.parse(List.of(arguments))
                .run(null, new ByteArrayInputStream("wonderland\n".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void writesAndRemovesTheUserOfATenant() throws Exception {
        String file = directory.resolve("users").toString();
        run(file, "alice", "--tenant", "blue", "--iterations", "1000");
        run(file, "alice", "--iterations", "1000");

        assertThat(Files.readAllLines(Path.of(file)))
                .anyMatch(line -> line.startsWith("blue:alice:$"))
                .anyMatch(line -> line.startsWith("alice:$"));

        run(file, "alice", "--tenant", "blue", "--delete");

        assertThat(Files.readString(Path.of(file))).doesNotContain("blue:").contains("\nalice:$");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(file, "bob", "--tenant", "b/c"))
                .withMessageContaining("tenant name");
    }

    @Test
    void listsTheUsersWithTheirTenants() throws Exception {
        String file = directory.resolve("users").toString();
        run(file, "bob", "--iterations", "1000");
        run(file, "alice", "--tenant", "blue", "--iterations", "1000");

        assertThat(PasswordCommand.parse(List.of(file)).run(null, new ByteArrayInputStream(new byte[0])))
                .contains("bob")
                .contains("blue")
                .contains("alice");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(file, "--delete"))
                .withMessageStartingWith("USER is missing");
    }
}
