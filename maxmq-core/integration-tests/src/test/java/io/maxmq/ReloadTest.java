package io.maxmq;

import io.maxmq.auth.PasswordFile;
import io.maxmq.auth.PasswordHasher;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.BanQuery;
import io.maxmq.spi.admin.Reloaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ReloadTest {
    @TempDir
    Path directory;

    @Test
    void takesTheBansOfTheConfigurationFileAndNamesWhatWaits() throws Exception {
        Path file = write("name = reload-a, allow-anonymous = true, bans = [{ kind = client, value = a }]");
        try (MaxMQ broker = MaxMQ.fromConfig(file).ban(Ban.client("always")).start()) {
            write("name = reload-a, allow-anonymous = true, bans = [{ kind = client, value = b }]");
            assertThat(broker.reload()).containsExactly(Reloaded.done("configuration file " + file, "1 bans"));
            assertThat(banned(broker)).containsExactly("always", "b");

            write("name = reload-a, allow-anonymous = true, loops = 3");
            assertThat(broker.reload())
                    .containsExactly(Reloaded.done(
                            "configuration file " + file,
                            "0 bans; other settings changed and wait for the next start"));
            assertThat(banned(broker)).containsExactly("always");
        }
    }

    @Test
    void keepsTheFormerContentOfAFileThatIsWrong() throws Exception {
        Path users = directory.resolve("users");
        PasswordFile.setPassword(users, "alice", new byte[] {1}, PasswordHasher.pbkdf2(1000));
        Path file = write("name = reload-b, authenticators = [{ type = password-file, file = users }]"
                + ", bans = [{ kind = client, value = a }]");
        try (MaxMQ broker = MaxMQ.fromConfig(file).start()) {
            assertThat(broker.reload()).extracting(Reloaded::problem).containsOnly(Optional.empty());

            write("bans = [{ kind = nothing, value = a }]");
            Files.writeString(users, "alice:broken");
            List<Reloaded> all = broker.reload();

            assertThat(all)
                    .extracting(Reloaded::source)
                    .containsExactly("configuration file " + file, "password file " + users);
            assertThat(all).allMatch(each -> each.problem().isPresent());
            assertThat(banned(broker)).containsExactly("a");
        }
    }

    private static List<String> banned(MaxMQ broker) throws Exception {
        return broker.bans().query(BanQuery.all()).toCompletableFuture().get(10, TimeUnit.SECONDS).items().stream()
                .map(Ban::value)
                .toList();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("broker.conf"), text);
    }
}
