package io.maxmq.examples;

import io.maxmq.MaxMQ;
import io.maxmq.spi.Message;
import io.maxmq.spi.admin.RetainedQuery;
import io.maxmq.spi.config.ConfigFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The section {@code storage} of a configuration file. */
class ConfiguredStorageTest {
    @TempDir
    Path directory;

    @Test
    void whatIsRetainedIsThereAfterARestart() throws Exception {
        Path file = write(
                "storage { type = rocksdb, directory = data, durability = os, memory = 16 MiB, max-pending = 1 MiB, max-disk = 1 GiB, reserve = 1 MiB }");
        try (MaxMQ broker = MaxMQ.fromConfig(file).allowAnonymous().start()) {
            broker.publish(Message.builder("kept").payload("x").retain(true).build())
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }

        assertThat(directory.resolve("data")).isDirectory();
        try (MaxMQ broker = MaxMQ.fromConfig(file).allowAnonymous().start()) {
            assertThat(broker.retained()
                            .query(RetainedQuery.all())
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .items())
                    .hasSize(1);
        }
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        assertThatThrownBy(
                        () -> MaxMQ.fromConfig(write("storage { type = rocksdb, directory = d, durability = some }")))
                .isInstanceOf(ConfigFileException.class)
                .hasMessageContaining("storage.durability must be one of fsync, os, none");
        assertThatThrownBy(() -> MaxMQ.fromConfig(write("storage { type = rocksdb, directory = d, memory = 1 }")))
                .hasMessageContaining("storage: memory must be 8388608 bytes or more: memory=1");
        assertThatThrownBy(() -> MaxMQ.fromConfig(write("storage { type = rocksdb }")))
                .hasMessageContaining("storage: key directory is missing");
        assertThatThrownBy(() -> MaxMQ.fromConfig(write("storage { type = xodus }")))
                .hasMessageContaining("storage.type must be memory or rocksdb, not xodus");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("broker.conf"), text);
    }
}
