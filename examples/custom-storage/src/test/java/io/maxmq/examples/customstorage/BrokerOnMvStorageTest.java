package io.maxmq.examples.customstorage;

import io.maxmq.MaxMQ;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class BrokerOnMvStorageTest {
    @TempDir
    Path directory;

    @Test
    void retainedMessagesSurviveARestart() throws Exception {
        try (MaxMQ broker = start()) {
            Message retained = Message.builder("a")
                    .payload("kept")
                    .qos(QoS.AT_LEAST_ONCE)
                    .retain(true)
                    .build();
            broker.publish(retained).toCompletableFuture().get(10, TimeUnit.SECONDS);
        }

        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (MaxMQ broker = start()) {
            broker.subscribe("a", message -> received.add(message.payloadText()));

            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("kept");
        }
    }

    private MaxMQ start() {
        return MaxMQ.builder()
                .allowAnonymous()
                .storage(new MvStorage(directory.resolve("broker.mv")))
                .start();
    }
}
