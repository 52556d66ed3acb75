package io.maxmq.storage;

import io.maxmq.MaxMQ;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The tests of this module have no reader of configuration files. */
class MissingLibraryTest {
    @Test
    void aConfigurationFileNamesTheArtifactThatItNeeds() {
        assertThatThrownBy(() -> MaxMQ.fromConfig(Path.of("broker.conf")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("io.maxmq:maxmq-config-file");
    }
}
