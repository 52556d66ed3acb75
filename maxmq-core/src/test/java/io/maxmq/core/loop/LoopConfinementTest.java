package io.maxmq.core.loop;

import io.maxmq.core.persistence.LoopStore;
import io.maxmq.core.persistence.ManualLoop;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.Router;
import io.maxmq.core.transport.MemoryPipe;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Table;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Types owned by one loop refuse callers on other threads; covers each package below the sessions with such types. */
class LoopConfinementTest {
    private final ManualLoop thread = new ManualLoop(1 << 24);
    private final Loop loop = thread.loop;

    @Test
    void loopRefusesAnotherThread() {
        refuses(() -> loop.work(1));
        refuses(() -> loop.cancel(1));
        refuses(() -> loop.reserveOutput(1));

        thread.run(() -> loop.work(1));
    }

    @Test
    void routerRefusesAnotherThread() {
        MessageIds ids = new MessageIds(new MessageIds.Origin(0, 0, 0, new AtomicLong()), () -> 0L);
        Router router = new Router(loop, ids, false);

        refuses(() -> router.awaitRoom(() -> {}));
        refuses(router::isCongested);

        thread.run(router::isCongested);
    }

    @Test
    void loopStoreRefusesAnotherThread() {
        Bytes key = Bytes.utf8("key");
        KeyValueStore store = (KeyValueStore) Proxy.newProxyInstance(
                KeyValueStore.class.getClassLoader(),
                new Class<?>[] {KeyValueStore.class},
                (proxy, method, arguments) -> {
                    throw new AssertionError("unexpected call of the store: " + method);
                });
        LoopStore writes = new LoopStore(store, loop);

        refuses(writes::flush);
        refuses(() -> writes.afterWritten(() -> {}));
        refuses(() -> writes.deleteEventually(new Table("any"), key));
        refuses(() -> writes.reads().get(new Table("any"), key, (entry, failure) -> {}));

        thread.run(writes::flush);
    }

    @Test
    void brokerSideOfPipeRefusesAnotherThread() {
        MemoryPipe pipe = new MemoryPipe("in-memory", loop, 1 << 16, Duration.ofSeconds(30));

        refuses(() -> pipe.write(new byte[1], 0, 1));
        refuses(pipe::isWritable);
        refuses(pipe::close);

        thread.run(pipe::close);
    }

    private static void refuses(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(AssertionError.class).hasMessage(null);
    }
}
