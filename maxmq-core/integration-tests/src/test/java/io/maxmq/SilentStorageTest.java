package io.maxmq;

import io.maxmq.config.RecoveryLimits;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** A storage that leaves a call without an answer while the broker starts. */
@Timeout(60)
class SilentStorageTest {
    private final MemoryStorage storage = MemoryStorage.create();

    /** Not before the end: a store that hangs does not close either. */
    private final CountDownLatch mayClose = new CountDownLatch(1);

    private final CountDownLatch closes = new CountDownLatch(1);

    /** Answers so many calls of a method, then never. */
    private KeyValueStore silentFrom(String method, int answered) {
        KeyValueStore store = storage.store();
        AtomicInteger calls = new AtomicInteger();
        return (KeyValueStore) Proxy.newProxyInstance(
                KeyValueStore.class.getClassLoader(),
                new Class<?>[] {KeyValueStore.class},
                (proxy, called, arguments) -> {
                    if (called.getName().equals("close")) {
                        closes.countDown();
                        mayClose.await();
                    }
                    boolean isSilent = called.getName().equals(method) && calls.incrementAndGet() > answered;
                    if (isSilent && method.equals("scan")) {
                        return silentCursor(store.scan((Scan) arguments[0]));
                    }
                    if (isSilent) {
                        return new CompletableFuture<>();
                    }
                    try {
                        return called.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Cursor silentCursor(Cursor cursor) {
        return (Cursor) Proxy.newProxyInstance(
                Cursor.class.getClassLoader(), new Class<?>[] {Cursor.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals("next")) {
                        return new CompletableFuture<>();
                    }
                    cursor.close();
                    return null;
                });
    }

    @ParameterizedTest
    @CsvSource({
        "open, 0, open",
        "get, 0, read of table broker",
        "get, 2, read of table broker",
        "commit, 1, write",
        "scan, 0, scan of table ban",
        "scan, 3, scan of table",
    })
    void failsTheStartAndNamesTheStorageAndTheStep(String method, int answered, String step) throws Exception {
        KeyValueStore silent = silentFrom(method, answered);
        try {
            StorageException failure = catchThrowableOfType(
                    StorageException.class,
                    () -> MaxMQ.builder()
                            .storage(silent)
                            .allowAnonymous()
                            .recovery(RecoveryLimits.builder()
                                    .answerTimeout(Duration.ofMillis(100))
                                    .build())
                            .start()
                            .close());

            assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(failure)
                    .hasMessageContaining("did not answer within PT0.1S")
                    .hasMessageContaining("storage=" + silent.getClass().getName())
                    .hasMessageContaining("step=" + step);
            assertThat(closes.await(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            mayClose.countDown();
        }
    }
}
