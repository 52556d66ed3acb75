package io.maxmq.protocol;

import io.maxmq.RecordedLogs;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a broker warns of about the files of a listener with TLS. */
class TlsWarningsTest {
    @TempDir
    private Path directory;

    private RecordedLogs.Watch log;
    private Issued server;

    @BeforeEach
    void issue() throws IOException {
        log = RecordedLogs.watch("tls-warnings");
        server = new TestAuthority(directory, "authority").issue("broker.example");
        Files.setPosixFilePermissions(server.keyFile(), PosixFilePermissions.fromString("rw-r-----"));
    }

    @AfterEach
    void endWatch() {
        log.close();
    }

    private TestBroker start(Tls tls) {
        return TestBroker.start(builder -> builder.name("tls-warnings").listener(Listener.tls(0, tls)));
    }

    private Tls tls() {
        return Tls.pem(server.certificateFile(), server.keyFile());
    }

    @Test
    void warnsOfAKeyThatEveryUserOfTheMachineCanRead() throws IOException {
        try (TestBroker broker = start(tls())) {
            assertThat(broker.broker().isReady()).isTrue();
            assertThat(log.warnings()).isEmpty();
        }

        Files.setPosixFilePermissions(server.keyFile(), PosixFilePermissions.fromString("rw-r--r--"));
        try (TestBroker broker = start(tls())) {
            assertThat(broker.broker().isReady()).isTrue();
            assertThat(log.warnings())
                    .containsExactly(server.keyFile()
                            + " holds secrets and every user of this machine can read it (rw-r--r--): chmod 600 it");
        }
    }
}
