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
 * <p>Any number of brokers run side by side, each with a name of its own in its threads, loggers and metrics. Threads,
 * ports and buffers are given back by {@link #close}. Thread-safe.
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

    /** Begins a broker. With neither {@code allowAnonymous()} nor an authenticator it will not start. */
    public static MaxMQBuilder builder() {
        return new MaxMQBuilder();
    }

    /**
     * Begins a broker as a configuration file (HOCON) describes it, what system properties and environment variables say under the
     * names of its keys included: {@code maxmq.sessions.max-sessions} and {@code MAXMQ_SESSIONS_MAX_SESSIONS}. A module's README
     * has the keys. Reads the file now and only once; blocks. Needs {@code io.maxmq:maxmq-config-file}, and
     * {@code maxmq-auth} for the authenticators and authorizers that come with MaxMQ.
     *
     * @return to which code may add what no file can say, such as interceptors, and of which it may change the rest
     * @throws io.maxmq.spi.config.ConfigFileException naming file, line, key and value of what is unknown or wrong, and the nearest
     *     key that there is
     * @throws IllegalStateException if a module is missing; the message names its artifact
     */
    public static MaxMQBuilder fromConfig(Path file) {
        ConfigFileReader reader = ConfigSource.reader(file);
        ConfiguredBroker configured = reader.read(file);
        return new MaxMQBuilder().configured(configured, new ConfigSource(reader, file, configured.settings()));
    }

    static MaxMQ start(BrokerConfig config, Plugins plugins, @Nullable ConfigSource source) {
        // First of all: even loading the broker's own classes takes long enough to go on beside it.
        NetworkPreparation network = new NetworkPreparation(config.name(), config.loops());
        if (plugins.storage() != null) {
            network.awaitLoggers(); // a store that opens may log too
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

    /** Its listeners, with the addresses that they are bound to; also to add, remove and pause them. */
    public Listeners listeners() {
        return listeners;
    }

    /**
     * Reads again the files that can change while the broker runs: keys, certificates and revocation lists of TLS listeners, the files of
     * plug-ins that are {@link Reloadable} (password files, access control lists), and of a configuration file the bans. Other settings of
     * a configuration file wait for the next start. A file that cannot be used leaves its former content in force. Logs each source.
     * Blocks.
     *
     * @return every source with what became of it
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

    /** Whether the broker is neither closed, nor being closed, by {@link #close} or by itself. */
    public boolean isRunning() {
        return !closed.get();
    }

    /**
     * Why the broker has closed itself, which it does when the heap is exhausted: an {@link OutOfMemoryError} may interrupt any code
     * of an event loop, and leaves no state to go on with. Empty while the broker runs, and when {@link #close} was called.
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
     * Publishes a message as a client would: retained if it says so, routed to sessions and subscriptions. Messages of one
     * topic keep the order of the calls.
     *
     * @return completes on an event loop when each recipient has sent, queued or dropped it, with how many there are and how many
     *     have it; why others do not is told by {@link PublishOptions#detailed}; exceptionally with
     *     {@link PublishRefusedException} when 16 MiB already wait to be routed, or no recipient could take it
     * @throws IllegalArgumentException when the topic may not be published to (MQTT 5.0 §4.7)
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<PublishResult> publish(Message message) {
        return publish(Tenant.DEFAULT, message);
    }

    /** The same, with more in the result if the options say so. */
    public CompletionStage<PublishResult> publish(Message message, PublishOptions options) {
        return publish(Tenant.DEFAULT, message, options);
    }

    /** The same for one tenant. */
    public CompletionStage<PublishResult> publish(Tenant tenant, Message message) {
        return publish(tenant, message, PublishOptions.defaults());
    }

    /** The same for one tenant. */
    public CompletionStage<PublishResult> publish(Tenant tenant, Message message, PublishOptions options) {
        requireRunning();
        return broker.publisher()
                .publish(
                        Objects.requireNonNull(tenant, "tenant"),
                        Objects.requireNonNull(message, "message"),
                        Objects.requireNonNull(options, "options"));
    }

    /**
     * Publishes a message to one client's session, whether or not it has subscribed to the topic, by the same pipeline: sent or
     * queued as the session's state and limits have it, at the message's QoS. It is not retained.
     *
     * @return as for {@link #publish(Message)}; {@link PublishResult#UNMATCHED} when there is no such session
     * @throws IllegalArgumentException when the topic may not be published to (MQTT 5.0 §4.7)
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<PublishResult> publishTo(String clientId, Message message) {
        return publishTo(Tenant.DEFAULT, clientId, message);
    }

    /** The same for a client of one tenant. */
    public CompletionStage<PublishResult> publishTo(Tenant tenant, String clientId, Message message) {
        return publishTo(tenant, clientId, message, PublishOptions.defaults());
    }

    /** The same for a client of one tenant, with more in the result if the options say so. */
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
     * Subscribes this application. The handler gets one message at a time, in order, on a worker thread (or on the event
     * loop, see {@link SubscribeOptions#inline}). A message is a view that ends with the call: {@link Message#copy} what is
     * to be kept. What waits for a slow handler is bounded by the options; beyond it messages are dropped, each as an event.
     * A handler that throws is reported and gets the next message.
     *
     * @return in force when its {@link Subscription#active} has completed
     * @throws IllegalArgumentException when the filter is not valid (§4.7), or has more levels than the settings allow
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
     * Subscribes this application with a handler that acknowledges: of QoS 1 and 2 as many messages come as the options' window
     * lets be unacknowledged, then the others wait in a session of the subscription, bounded as every session is
     * ({@link io.maxmq.config.SessionLimits}). The handler gets one message at a time, in order, and may keep it. A message that
     * it throws on is reported, and is unacknowledged until something acknowledges it.
     *
     * <p>When the subscription is closed, other members of a shared one get what is unacknowledged at QoS 1 and what waits; a
     * {@linkplain SubscribeOptions#durable durable} one keeps it and goes on collecting; else it is dropped.
     *
     * @return in force when its {@link Subscription#active} has completed; exceptionally with {@link IllegalStateException} when
     *     there is no room for another session
     * @throws IllegalArgumentException when the filter is not valid (§4.7), or has more levels than the settings allow
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

    /** {@link #publisher(String, SubscribeOptions)} with the defaults of {@link SubscribeOptions}. */
    public Flow.Publisher<Message> publisher(String topicFilter) {
        return publisher(topicFilter, SubscribeOptions.defaults());
    }

    /**
     * A subscription of this application as a reactive stream. Each subscriber of the stream subscribes to the filter when it
     * subscribes to the stream, and gets as many messages as it requests; the others wait in a session of its own, bounded as
     * every session is, those of QoS 0 in the options' queue. A message may be kept, and is acknowledged when {@code onNext}
     * returns. The stream completes when the broker closes, and fails when the subscription ends otherwise. Signals come on a
     * worker thread, one at a time.
     *
     * @param options with a durable name the stream has one subscriber at a time: the next one ends the one before
     * @throws IllegalArgumentException when the filter is not valid (§4.7), has more levels than the settings allow, or the
     *     options say inline
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
     * Ends a {@linkplain SubscribeOptions#durable durable} subscription of the default tenant for good, with all that it holds.
     *
     * @return whether there was one of this name
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<Boolean> removeDurable(String name) {
        return removeDurable(Tenant.DEFAULT, name);
    }

    /** The same for one tenant. */
    public CompletionStage<Boolean> removeDurable(Tenant tenant, String name) {
        requireRunning();
        return broker.sessionSubscriptions().remove(tenant, name);
    }

    /**
     * The clients that are connected: to look at, and to disconnect.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public Clients clients() {
        requireRunning();
        return broker.administration().clients();
    }

    /**
     * Who may not connect: client ids, users and addresses.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public Bans bans() {
        requireRunning();
        return broker.administration().bans();
    }

    /**
     * The sessions, connected or not: what each holds, and how to end one or to subscribe for it.
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

    /** {@link #explain(PublishQuestion)} about a message of QoS 1 that a client of the default tenant would publish. */
    public CompletionStage<Explanation> explain(String topic, String clientId) {
        return explain(PublishQuestion.of(topic).by(clientId));
    }

    /** The same in one tenant. */
    public CompletionStage<Explanation> explain(Tenant tenant, String topic, String clientId) {
        return explain(PublishQuestion.of(topic).tenant(tenant).by(clientId));
    }

    /** The same about one that this application would publish. */
    public CompletionStage<Explanation> explain(String topic) {
        return explain(PublishQuestion.of(topic));
    }

    /**
     * Who would get a message and why others would not: whether its publisher may publish it, and for each subscription that
     * matches what would become of it. Nothing is done by asking: no turn of a shared subscription is taken, nothing dropped,
     * counted or remembered; but authorizers are asked, and those that are asked about deliveries once for each recipient, one
     * after the other.
     *
     * <p><b>Cost:</b> a match on each event loop, and there the subscriptions up to the question's limit, in one turn.
     *
     * @return completes on an event loop, as answers of {@link Sessions} do
     * @throws IllegalStateException when the broker is closed
     */
    public CompletionStage<Explanation> explain(PublishQuestion question) {
        requireRunning();
        return broker.administration().explain(Objects.requireNonNull(question, "question"));
    }

    /**
     * Tells a handler of events of one kind from now on, until the registration is closed or the broker is. The handler runs as a
     * {@link BrokerListener} does: one event at a time, in order, on a thread of its own kind, with a bounded queue.
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
     * Adds a listener while the broker runs; those of {@link MaxMQBuilder#eventListener} hear of its start as well.
     *
     * @throws IllegalStateException when the broker is closed
     */
    public Registration addListener(BrokerListener listener) {
        requireRunning();
        return broker.addListener(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * How the broker is, for a health probe: asked as often as you like, it costs some reads and never waits, not even for an
     * event loop that hangs. Also when the broker is closed.
     */
    public Health health() {
        return broker.administration().health();
    }

    /** Whether clients can be sent here, for a readiness probe: {@link Health#isReady} of {@link #health}. */
    public boolean isReady() {
        return health().isReady();
    }

    /**
     * Connects without a socket: a stream of bytes on which any MQTT client can talk. The broker treats it as a connection
     * of the listener {@code in-memory}, with the same authentication and limits.
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
     * Stops the broker: listeners close, MQTT 5.0 clients are told 0x8B (server shutting down), and every thread, port and
     * buffer is given back. Waits for that, where something hangs at most for the close timeout at each step: connections, each
     * extension, sessions, threads. Also on a thread that is interrupted already, which stays so. Idempotent.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            boolean interrupted = Thread.interrupted(); // else it would wait for nothing: handlers, writes, threads
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

    /** For a second caller: the port is free when its close returns, too. */
    private void awaitAllGivenBack() {
        try {
            // Not for ever: a handler may close the broker while another close waits for handlers.
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
