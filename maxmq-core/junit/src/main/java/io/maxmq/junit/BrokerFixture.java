package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.config.Listener;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.admin.ClientView;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A broker, and what a test can have with it. Closed by JUnit with the test or the class, however that ended. Thread-safe. */
@SuppressWarnings("deprecation") // JUnit closes the one before 5.13, the other later
final class BrokerFixture implements AutoCloseable, ExtensionContext.Store.CloseableResource {
    private static final String LISTENER = "junit";
    private static final long GONE_POLL_MILLIS = 5;

    private final String name;
    private final TestSettings settings;
    private final @Nullable VirtualClock clock;
    private final @Nullable MemoryStorage storage;
    private final RoutedMessages messages = RoutedMessages.create();
    private final AtomicInteger clientIds = new AtomicInteger();
    private final @Nullable FaultProxy proxy;
    private volatile MaxMQ broker;

    private BrokerFixture(String name, TestSettings settings) {
        this.name = name;
        this.settings = settings;
        this.clock = settings.virtualClock() ? new VirtualClock() : null;
        this.storage = settings.storage() ? MemoryStorage.create() : null;
        // The port that the test asks for is the one that clients connect to.
        this.proxy = settings.faults() ? new FaultProxy(name, settings.port()) : null;
        try {
            this.broker = startBroker();
        } catch (Throwable t) {
            if (proxy != null) {
                proxy.close();
            }
            throw t;
        }
        if (proxy != null) {
            proxy.brokerIsAt(portOf(broker));
            proxy.start();
        }
    }

    static BrokerFixture start(String name, TestSettings settings) {
        return new BrokerFixture(name, settings);
    }

    private MaxMQ startBroker() {
        MaxMQBuilder builder = MaxMQ.builder()
                .name(name)
                .loops(settings.loops())
                .listener(Listener.tcp(settings.faults() ? 0 : settings.port()).withName(LISTENER));
        if (settings.anonymous()) {
            builder.allowAnonymous();
        }
        if (clock != null) {
            builder.clock(clock);
        }
        if (storage != null) {
            builder.storage(storage.store());
        }
        settings.customizers().forEach(each -> each.accept(builder));
        return builder.extension(messages.recorder()).start();
    }

    private static int portOf(MaxMQ broker) {
        return broker.listeners().named(LISTENER).port();
    }

    MaxMQ broker() {
        return broker;
    }

    /** Where clients connect. */
    int port() {
        return proxy == null ? portOf(broker) : proxy.port();
    }

    RoutedMessages messages() {
        return messages;
    }

    TestClients newClients() {
        return new TestClients(port(), clientIds);
    }

    /** Returns the virtual clock; empty unless the settings ask for one. */
    Optional<VirtualClock> clock() {
        return Optional.ofNullable(clock);
    }

    /** Returns the faults; empty unless the settings ask for them. */
    Optional<Faults> faults() {
        return Optional.ofNullable(proxy).map(existing -> new Faults(this, existing));
    }

    MaxMQ restart() {
        FaultProxy between = proxy;
        if (between == null) {
            throw new IllegalStateException("only a broker with faults can be restarted: name=" + name);
        }
        between.brokerIsDown();
        broker.close();
        broker = startBroker();
        between.brokerIsAt(portOf(broker));
        return broker;
    }

    /** Waits until the broker has let go of a connection; another of the same client may be there. */
    void awaitGone(FaultProxy.Dropped dropped) {
        Deadline deadline = Deadline.in(TestClient.DEFAULT_TIMEOUT);
        while (isThere(dropped)) {
            if (deadline.leftMillis() == 0) {
                throw new AssertionError("the broker has not noticed within " + deadline + " that a client is gone: "
                        + dropped.clientId());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(GONE_POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean isThere(FaultProxy.Dropped dropped) {
        try {
            return broker.clients()
                    .find(dropped.clientId())
                    .toCompletableFuture()
                    .get(TestClient.DEFAULT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .map(ClientView::client)
                    .map(ClientInfo::remoteAddress)
                    .filter(dropped.address()::equals)
                    .isPresent();
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the broker does not say whether a client is there: " + dropped.clientId(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Gives back every thread and port. */
    @Override
    public void close() {
        try {
            if (proxy != null) {
                proxy.rules().clear(); // else the broker waits for a client that it cannot say goodbye to
            }
            broker.close();
        } finally {
            if (proxy != null) {
                proxy.close();
            }
        }
    }
}
