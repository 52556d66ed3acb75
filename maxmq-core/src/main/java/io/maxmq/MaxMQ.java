package io.maxmq;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.ConfigFileReader;
import io.maxmq.config.ConfiguredBroker;
import io.maxmq.core.bootstrap.Broker;
import io.maxmq.core.bootstrap.Plugins;
import io.maxmq.core.inprocess.Subscribers;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.transport.MemorySocketFactory;
import io.maxmq.core.transport.NetworkPreparation;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Reloadable;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Bans;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.Explanation;
import io.maxmq.spi.admin.Health;
import io.maxmq.spi.admin.PublishQuestion;
import io.maxmq.spi.admin.Reloaded;
import io.maxmq.spi.admin.RetainedMessages;
import io.maxmq.spi.admin.Sessions;
import io.maxmq.spi.admin.Subscriptions;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A running MQTT broker inside this JVM.
 *
 * <pre>{@code
 * try (MaxMQ broker = MaxMQ.builder().listener(Listener.tcp(1883)).allowAnonymous().start()) {
 *     BlockingQueue<String> received = new LinkedBlockingQueue<>();
 *     broker.subscribe("greetings/#", message -> received.add(message.payloadText()))
 *             .active()
 *             .thenRun(() -> broker.publish(Message.of("greetings/world", "hello")));
 *     System.out.println(received.take());
 * }
 * }</pre>
 *
 * <p>Any number of brokers can run side by side; each uses its own name in threads, loggers and metrics. {@link #close}
 * releases all threads, ports and buffers. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class MaxMQ implements AutoCloseable {
    private final Broker broker;
    private final Listeners listeners;
    private final @Nullable ConfigSource source;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch allGivenBack = new CountDownLatch(1);

    private MaxMQ(Broker broker, @Nullable ConfigSource source) {
        this.broker = broker;
        this.source = source;
        this.listeners = new Listeners(broker.listeners());
    }

    /** Creates a builder. A broker needs an authenticator or {@code allowAnonymous()} to start. */
    public static MaxMQBuilder builder() {
        return new MaxMQBuilder();
    }

    /**
     * Creates a builder from a configuration file (HOCON). System properties and environment variables override its
     * keys: {@code maxmq.sessions.max-sessions} and {@code MAXMQ_SESSIONS_MAX_SESSIONS}. The README of the module
     * {@code maxmq-config-file} lists the keys. Reads the file now and only once; blocks. Needs
     * {@code io.maxmq:maxmq-config-file}, and {@code maxmq-auth} for the authenticators and authorizers of MaxMQ.
     *
     * @return a builder with the file's settings; code may change them and add objects that a file cannot describe,
     *     such as interceptors
     * @throws io.maxmq.spi.config.ConfigFileException when a key is unknown or a value is invalid; names file, line,
     *     key, value and the most similar known key
     * @throws IllegalStateException if a module is missing; the message names its artifact
     */
    public static MaxMQBuilder fromConfig(Path file) {
        ConfigFileReader reader = ConfigSource.reader(file);
        ConfiguredBroker configured = reader.read(file);
        return new MaxMQBuilder().configured(configured, new ConfigSource(reader, file, configured.settings()));
    }

    static MaxMQ start(BrokerConfig config, Plugins plugins, @Nullable ConfigSource source) {
        // Starts first and runs in parallel, since loading the broker's own classes takes a similar time.
        NetworkPreparation network = new NetworkPreparation(config.name(), config.loops());
        if (plugins.storage() != null) {
            network.awaitLoggers(); // the opening store may log too
        }
        Broker broker = Broker.create(config, plugins, network);
        try {
            broker.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        MaxMQ running = new MaxMQ(broker, source);
        broker.onHeapExhausted(running::close);
        return running;
    }

    /** The broker's name. */
    public String name() {
        return broker.name();
    }

    /** Returns the listeners, with their bound addresses; adds, removes and pauses listeners. */
    public Listeners listeners() {
        return listeners;
    }

    /**
     * Reads the files again that may change while the broker runs: keys, certificates and revocation lists of TLS
     * listeners, files of {@link Reloadable} plug-ins (password files, access control lists), and the bans of the
     * configuration file. Other settings of the configuration file take effect at the next start. If a file cannot be
     * used, its former content stays in effect. Logs each source. Blocks.
     *
     * @return each source with its result
     */
    public List<Reloaded> reload() {
        List<Reloaded> all = new ArrayList<>();
        if (source != null) {
            Reloaded file = source.reload(broker);
            broker.tellReloaded(file);
            all.add(file);
        }
        all.addAll(broker.reload());
        return all;
    }

    /** Returns false once the broker is closed or closing, by {@link #close} or by itself. */
    public boolean isRunning() {
        return !closed.get();
    }

    /**
     * Returns the reason why the broker closed itself. It does so when the heap is exhausted: an
     * {@link OutOfMemoryError} may interrupt any code of an event loop and leave inconsistent state. Empty while the
     * broker runs, and after {@link #close}.
     */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(broker.failure());
    }

    /**
     * Waits until the broker is closed, by {@link #close} or by itself.
     *
     * @throws InterruptedException when the thread is interrupted meanwhile
     */
    public void awaitClosed() throws InterruptedException {
        allGivenBack.await();
    }

    /**
     * Publishes a message as a client would: retains it if its retain flag is set, and routes it to sessions and
     * subscriptions. Messages of one topic keep the order of the calls.
     *
     * @return completes on an event loop when each recipient has sent, queued or dropped the message; the result has
     *     the number of recipients and of those that have the message, and with {@link PublishOptions#detailed} the
     *     reasons of the others. Completes exceptionally with {@link PublishRefusedException} when 16 MiB already wait
     *     for routing, or no recipient could take the message
     * @throws IllegalArgumentException when the topic is not valid for publishing (MQTT 5.0 §4.7)
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<PublishResult> publish(Message message) {
        return publish(Tenant.DEFAULT, message);
    }

    /** Publishes a message as {@link #publish(Message)} does; the options select the details of the result. */
    public CompletionStage<PublishResult> publish(Message message, PublishOptions options) {
        return publish(Tenant.DEFAULT, message, options);
    }

    /** Publishes a message in one tenant, as {@link #publish(Message)} does. */
    public CompletionStage<PublishResult> publish(Tenant tenant, Message message) {
        return publish(tenant, message, PublishOptions.defaults());
    }

    /**
     * Publishes a message in one tenant, as {@link #publish(Message)} does; the options select the details of the
     * result.
     */
    public CompletionStage<PublishResult> publish(Tenant tenant, Message message, PublishOptions options) {
        requireRunning();
        return broker.publisher()
                .publish(
                        Objects.requireNonNull(tenant, "tenant"),
                        Objects.requireNonNull(message, "message"),
                        Objects.requireNonNull(options, "options"));
    }

    /**
     * Publishes a message to the session of one client, even if the session has no subscription to the topic. The
     * message is sent or queued at its QoS, as the session's state and limits allow. It is not retained.
     *
     * @return as for {@link #publish(Message)}; {@link PublishResult#UNMATCHED} when there is no such session
     * @throws IllegalArgumentException when the topic is not valid for publishing (MQTT 5.0 §4.7)
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<PublishResult> publishTo(String clientId, Message message) {
        return publishTo(Tenant.DEFAULT, clientId, message);
    }

    /** Publishes a message to a client of one tenant, as {@link #publishTo(String, Message)} does. */
    public CompletionStage<PublishResult> publishTo(Tenant tenant, String clientId, Message message) {
        return publishTo(tenant, clientId, message, PublishOptions.defaults());
    }

    /**
     * Publishes a message to a client of one tenant, as {@link #publishTo(String, Message)} does; the options select
     * the details of the result.
     */
    public CompletionStage<PublishResult> publishTo(
            Tenant tenant, String clientId, Message message, PublishOptions options) {
        requireRunning();
        return broker.publisher()
                .publishTo(new SessionKey(tenant, clientId), message, Objects.requireNonNull(options, "options"));
    }

    /**
     * Subscribes this application, with the defaults of {@link SubscribeOptions}.
     *
     * @param topicFilter {@code $share/NAME/FILTER} for a shared subscription
     */
    public Subscription subscribe(String topicFilter, Consumer<Message> handler) {
        return subscribe(topicFilter, SubscribeOptions.defaults(), handler);
    }

    /**
     * Subscribes this application. The handler gets one message at a time, in order, on a worker thread (or on the
     * event loop, see {@link SubscribeOptions#inline}). A message is a view that ends with the call; use
     * {@link Message#copy} to keep it. The options bound the queue of a slow handler; further messages are dropped,
     * each with an event. An exception of the handler is reported, and the handler gets the next message.
     *
     * @return in effect when its {@link Subscription#active} has completed
     * @throws IllegalArgumentException when the filter is invalid (§4.7), or has more levels than the settings allow
     * @throws IllegalStateException when the broker is closed
     */
    public Subscription subscribe(String topicFilter, SubscribeOptions options, Consumer<Message> handler) {
        requireRunning();
        Objects.requireNonNull(handler, "handler");
        if (options.durableName() != null) {
            return subscribe(topicFilter, options, (message, acknowledgement) -> {
                try {
                    handler.accept(message);
                } finally {
                    acknowledgement.acknowledge();
                }
            });
        }
        TopicFilter filter = broker.filterOf(topicFilter);
        Subscribers.Made made = broker.subscribers()
                .subscribe(
                        new Subscribers.Request(
                                options.tenant(),
                                filter,
                                options.maximumQos().code(),
                                options.queue(),
                                options.isInline(),
                                options.wantsRetained()),
                        handler);
        return new Subscription(topicFilter, made.registration(), made.active());
    }

    /**
     * Subscribes this application with a handler that acknowledges messages. The handler gets QoS 1 and 2 messages
     * until the unacknowledged ones fill the options' window; further messages wait in a session of the subscription,
     * bounded as every session is ({@link io.maxmq.config.SessionLimits}). The handler gets one message at a time, in
     * order, and may keep it. If the handler throws, the exception is reported, and the message stays unacknowledged
     * until the application acknowledges it.
     *
     * <p>When a shared subscription is closed, its other members get the waiting messages and the unacknowledged ones
     * of QoS 1. A {@linkplain SubscribeOptions#durable durable} subscription keeps its messages and queues further
     * ones. Other subscriptions drop them.
     *
     * @return in effect when its {@link Subscription#active} has completed; exceptionally with
     *     {@link IllegalStateException} when the limit of sessions is reached
     * @throws IllegalArgumentException when the filter is invalid (§4.7), or has more levels than the settings allow
     * @throws IllegalStateException when the broker is closed
     */
    public Subscription subscribe(
            String topicFilter, SubscribeOptions options, BiConsumer<Message, Acknowledgement> handler) {
        requireRunning();
        Objects.requireNonNull(handler, "handler");
        Subscribers.Made made = broker.sessionSubscriptions()
                .subscribe(
                        options.request(broker.filterOf(topicFilter)),
                        (message, acknowledge) -> handler.accept(message, acknowledge::run));
        return new Subscription(topicFilter, made.registration(), made.active());
    }

    /**
     * Creates a stream like {@link #publisher(String, SubscribeOptions)}, with the defaults of
     * {@link SubscribeOptions}.
     */
    public Flow.Publisher<Message> publisher(String topicFilter) {
        return publisher(topicFilter, SubscribeOptions.defaults());
    }

    /**
     * Creates a reactive stream of this application's messages. Each subscriber of the stream subscribes to the filter
     * when it subscribes to the stream, and gets as many messages as it requests. Further messages wait in a session of
     * its own, bounded as every session is, those of QoS 0 in the options' queue. A subscriber may keep a message,
     * which is acknowledged when {@code onNext} returns. The stream completes when the broker closes, and fails when
     * the subscription ends otherwise. Signals come on a worker thread, one at a time.
     *
     * @param options with a durable name the stream has one subscriber at a time: the next one ends the one before
     * @throws IllegalArgumentException when the filter is invalid (§4.7), has more levels than the settings allow, or
     *     the options say inline
     * @throws IllegalStateException when the broker is closed
     */
    public Flow.Publisher<Message> publisher(String topicFilter, SubscribeOptions options) {
        requireRunning();
        if (options.isInline()) {
            throw new IllegalArgumentException("a stream is not inline: topicFilter=" + topicFilter);
        }
        return broker.sessionSubscriptions().publisher(options.request(broker.filterOf(topicFilter)));
    }

    /**
     * Ends a {@linkplain SubscribeOptions#durable durable} subscription of the default tenant and drops its messages.
     *
     * @return whether a subscription had this name
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<Boolean> removeDurable(String name) {
        return removeDurable(Tenant.DEFAULT, name);
    }

    /** Ends a durable subscription of one tenant, as {@link #removeDurable(String)} does. */
    public CompletionStage<Boolean> removeDurable(Tenant tenant, String name) {
        requireRunning();
        return broker.sessionSubscriptions().remove(tenant, name);
    }

    /**
     * Returns the connected clients; inspects and disconnects them.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public Clients clients() {
        requireRunning();
        return broker.administration().clients();
    }

    /**
     * Returns the bans of client ids, users and addresses.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public Bans bans() {
        requireRunning();
        return broker.administration().bans();
    }

    /**
     * Returns the sessions, connected or not; inspects and ends them, and changes their subscriptions.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public Sessions sessions() {
        requireRunning();
        return broker.administration().sessions();
    }

    /**
     * The subscriptions of all sessions.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public Subscriptions subscriptions() {
        requireRunning();
        return broker.administration().subscriptions();
    }

    /**
     * The retained messages.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public RetainedMessages retained() {
        requireRunning();
        return broker.administration().retained();
    }

    /**
     * Explains the delivery of a QoS 1 message that a client of the default tenant would publish, as
     * {@link #explain(PublishQuestion)} does.
     */
    public CompletionStage<Explanation> explain(String topic, String clientId) {
        return explain(PublishQuestion.of(topic).by(clientId));
    }

    /**
     * Explains the delivery of a QoS 1 message that a client of one tenant would publish, as
     * {@link #explain(PublishQuestion)} does.
     */
    public CompletionStage<Explanation> explain(Tenant tenant, String topic, String clientId) {
        return explain(PublishQuestion.of(topic).tenant(tenant).by(clientId));
    }

    /**
     * Explains the delivery of a QoS 1 message that this application would publish, as
     * {@link #explain(PublishQuestion)} does.
     */
    public CompletionStage<Explanation> explain(String topic) {
        return explain(PublishQuestion.of(topic));
    }

    /**
     * Explains the delivery of a hypothetical message: whether its publisher may publish it, and the result for each
     * matching subscription. The question has no side effects: no turn of a shared subscription is taken, nothing is
     * dropped, counted or remembered. It does call authorizers, and those that authorize deliveries once for each
     * recipient, one after the other.
     *
     * <p><b>Cost:</b> a match on each event loop, with the subscriptions up to the question's limit, in one turn.
     *
     * @return completes on an event loop, as stages of {@link Sessions} do
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<Explanation> explain(PublishQuestion question) {
        requireRunning();
        return broker.administration().explain(Objects.requireNonNull(question, "question"));
    }

    /**
     * Notifies a handler of events of one kind from now on, until the registration or the broker is closed. The handler
     * runs as a {@link BrokerListener} does: one event at a time, in order, on a thread for listeners, with a bounded
     * queue.
     *
     * <pre>{@code
     * broker.onEvent(BrokerEvent.ClientDisconnected.class, event -> log(event.client(), event.reasonCode()));
     * }</pre>
     *
     * @param kind one kind of {@link BrokerEvent}, or that itself for all
     * @throws IllegalStateException when the broker is closed
     */
    public <E extends BrokerEvent> Registration onEvent(Class<E> kind, Consumer<? super E> handler) {
        Objects.requireNonNull(handler, "handler");
        return addListener(new BrokerListener() {
            @Override
            public void onEvent(BrokerEvent event) {
                handler.accept(kind.cast(event));
            }

            @Override
            public boolean wants(Class<? extends BrokerEvent> offered) {
                return kind.isAssignableFrom(offered);
            }

            @Override
            public String name() {
                return "onEvent " + kind.getSimpleName();
            }
        });
    }

    /**
     * Adds a listener while the broker runs. Unlike listeners of {@link MaxMQBuilder#eventListener}, it misses the
     * events of the start.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public Registration addListener(BrokerListener listener) {
        requireRunning();
        return broker.addListener(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Returns the state of the broker for a health probe. Costs some reads and never waits, not even for a blocked
     * event loop, so it may be called often. Also works when the broker is closed.
     */
    public Health health() {
        return broker.administration().health();
    }

    /**
     * Returns {@link Health#isReady} of {@link #health}, for a readiness probe: true when the broker serves clients.
     */
    public boolean isReady() {
        return health().isReady();
    }

    /**
     * Connects without a socket: a stream of bytes for any MQTT client. The broker treats it as a connection of the
     * listener {@code in-memory}, with the same authentication and limits.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public InMemoryConnection connect() {
        requireRunning();
        return new InMemoryConnection(broker.connect());
    }

    /** Makes sockets that are {@linkplain #connect in-memory connections}, for client libraries that take a factory. */
    public SocketFactory socketFactory() {
        return new MemorySocketFactory(() -> {
            requireRunning();
            return broker.connect();
        });
    }

    private void requireRunning() {
        if (closed.get()) {
            throw new IllegalStateException("the broker is closed: name=" + name());
        }
    }

    /**
     * Stops the broker: closes listeners, sends MQTT 5.0 clients DISCONNECT 0x8B (server shutting down), and releases
     * every thread, port and buffer. Waits for that, at most the close timeout for each step: connections, each
     * extension, sessions, threads. Also works on an interrupted thread, which stays interrupted. Idempotent.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            boolean interrupted =
                    Thread.interrupted(); // an interrupted thread would not wait for handlers, writes and threads
            try {
                broker.close();
            } finally {
                allGivenBack.countDown();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        } else {
            awaitAllGivenBack();
        }
    }

    /** Makes a second caller wait too, so that the port is free when its close returns. */
    private void awaitAllGivenBack() {
        try {
            // Bounded: a handler may close the broker while another close waits for handlers.
            var unused = allGivenBack.await(broker.closeTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "MaxMQ[name=" + name() + ", listeners=" + listeners + ", running=" + isRunning() + "]";
    }
}
