package io.maxmq;

import io.maxmq.config.AutomaticSubscription;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Capabilities;
import io.maxmq.config.ConfiguredBroker;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.DelayedLimits;
import io.maxmq.config.Listener;
import io.maxmq.config.MemoryLimits;
import io.maxmq.config.OverloadLimits;
import io.maxmq.config.RecoveryLimits;
import io.maxmq.config.RetainedLimits;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TopicRewrite;
import io.maxmq.core.bootstrap.Plugins;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Stable;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.auth.TenantAuthenticator;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.event.MetricsSink;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.intercept.Interceptor;
import io.maxmq.spi.limit.RateLimiter;
import io.maxmq.spi.storage.KeyValueStore;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Describes a broker and starts it. Every setting has a default but one: who may connect. Not thread-safe; each start makes
 * a new broker.
 *
 * @since 0.1.0
 */
@Stable
public final class MaxMQBuilder {
    private BrokerConfig.Builder config = BrokerConfig.builder();
    private final List<Authenticator> authenticators = new ArrayList<>();
    private final List<EnhancedAuthenticator> enhancedAuthenticators = new ArrayList<>();
    private final List<Authorizer> authorizers = new ArrayList<>();
    private final List<RateLimiter> rateLimiters = new ArrayList<>();
    private final List<Interceptor> interceptors = new ArrayList<>();
    private final List<BrokerListener> eventListeners = new ArrayList<>();
    private final List<Extension> extensions = new ArrayList<>();
    private Clock clock = Clock.system();
    private MetricsSink metrics = MetricsSink.NONE;
    private @Nullable KeyValueStore storage;
    private @Nullable ConfigSource source;

    MaxMQBuilder() {}

    MaxMQBuilder configured(ConfiguredBroker file, ConfigSource from) {
        source = from;
        config(file.settings());
        file.authenticators().forEach(this::authenticator);
        file.enhancedAuthenticators().forEach(this::enhancedAuthenticator);
        file.authorizers().forEach(this::authorizer);
        rateLimiter(file.rateLimiter());
        file.extensions().forEach(this::extension);
        storage = file.storage();
        return this;
    }

    /** Takes every setting from {@code settings}; what is set before is lost, what is set later wins. */
    public MaxMQBuilder config(BrokerConfig settings) {
        config = settings.toBuilder();
        return this;
    }

    /** The broker's name in threads, loggers and metrics; 1..64 of {@code a-z A-Z 0-9 . _ -}. */
    public MaxMQBuilder name(String name) {
        config.name(name);
        return this;
    }

    /** Adds a listener; without any only in-process clients connect. */
    public MaxMQBuilder listener(Listener listener) {
        config.listener(listener);
        return this;
    }

    /** Lets everybody in whom no authenticator has anything to say about. */
    public MaxMQBuilder allowAnonymous() {
        config.allowAnonymous(true);
        return this;
    }

    /**
     * Adds to the chain that decides who may connect; asked in the order of the calls. One that is an {@link Extension} too is
     * started and stopped with the broker; so is one within a {@link TenantAuthenticator}.
     */
    public MaxMQBuilder authenticator(Authenticator authenticator) {
        authenticators.add(authenticator);
        startAndStop(authenticator instanceof TenantAuthenticator ofTenant ? ofTenant.authenticator() : authenticator);
        return this;
    }

    /** A plug-in that is an extension as well lives as long as the broker, without being named twice. */
    private void startAndStop(Object plugin) {
        if (plugin instanceof Extension extension && extensions.stream().noneMatch(each -> each == extension)) {
            extensions.add(extension);
        }
    }

    /**
     * Adds a method of enhanced authentication (MQTT 5.0 §4.12). One that is an {@link Extension} too is started and stopped
     * with the broker.
     *
     * @throws IllegalArgumentException when its method is empty, or there already
     */
    public MaxMQBuilder enhancedAuthenticator(EnhancedAuthenticator authenticator) {
        String method = authenticator.method();
        if (method.isEmpty()) {
            throw new IllegalArgumentException("authentication method must not be empty: " + authenticator.name());
        }
        if (enhancedAuthenticators.stream().anyMatch(each -> each.method().equals(method))) {
            throw new IllegalArgumentException("authentication method is there already: method=" + method);
        }
        enhancedAuthenticators.add(authenticator);
        startAndStop(authenticator);
        return this;
    }

    /**
     * Adds to the chain that decides what clients may do; without any, everything. One that is an {@link Extension} too is
     * started and stopped with the broker.
     */
    public MaxMQBuilder authorizer(Authorizer authorizer) {
        authorizers.add(authorizer);
        startAndStop(authorizer);
        return this;
    }

    /**
     * Adds one that decides how much clients may do in a time; {@link io.maxmq.limit.Limits} has ready-made limits. Of several the answer
     * that costs the client most counts. One that is an {@link Extension} too is started and stopped with the broker.
     */
    public MaxMQBuilder rateLimiter(RateLimiter limiter) {
        if (limiter != RateLimiter.NONE) {
            rateLimiters.add(limiter);
            startAndStop(limiter);
        }
        return this;
    }

    /** Adds an interceptor: it inspects, changes, drops or refuses packets and messages. */
    public MaxMQBuilder interceptor(Interceptor interceptor) {
        interceptors.add(interceptor);
        return this;
    }

    /** Adds one that is told what happens. */
    public MaxMQBuilder eventListener(BrokerListener listener) {
        eventListeners.add(listener);
        return this;
    }

    /** Where the broker's metrics go; {@code io.maxmq.micrometer.MicrometerMetrics} has them shown in Micrometer. */
    public MaxMQBuilder metrics(MetricsSink sink) {
        metrics = sink;
        return this;
    }

    /** Adds an extension; started in the order of the calls, before the listeners open. One that is there already is not added. */
    public MaxMQBuilder extension(Extension extension) {
        startAndStop(extension);
        return this;
    }

    /** Another clock than the system's; a virtual one drives every deadline of the broker. */
    public MaxMQBuilder clock(Clock newClock) {
        clock = newClock;
        return this;
    }

    /**
     * Where the broker keeps what must outlive it: retained and delayed messages, what waits for members of a shared
     * subscription, and of each session that outlives its connection the subscriptions, the queue, what is in flight both ways,
     * the will and the time of expiry. What it acknowledges is then as durable as what the store completes ({@link
     * io.maxmq.spi.storage.Durability}). Extensions have the store too, for tables of their own. Without a store, the default,
     * everything is in memory and gone with the broker.
     *
     * <p>A store belongs to one broker and one start: {@link #start} opens it, and {@link MaxMQ#close}, or a start that fails,
     * closes it. The next broker gets another object on the same data.
     */
    public MaxMQBuilder storage(KeyValueStore store) {
        storage = store;
        return this;
    }

    /** Event loops, 1..64; 0, the default, for one per processor. */
    public MaxMQBuilder loops(int loops) {
        config.loops(loops);
        return this;
    }

    /** Limits per connection. */
    public MaxMQBuilder connections(ConnectionLimits limits) {
        config.connections(limits);
        return this;
    }

    /** Limits per session. */
    public MaxMQBuilder sessions(SessionLimits limits) {
        config.sessions(limits);
        return this;
    }

    /** Limits of retained messages. */
    public MaxMQBuilder retained(RetainedLimits limits) {
        config.retained(limits);
        return this;
    }

    /** How a start on a storage counts the time since the last run, and how long it waits for the storage. */
    public MaxMQBuilder recovery(RecoveryLimits limits) {
        config.recovery(limits);
        return this;
    }

    /** Messages that clients publish for later. */
    public MaxMQBuilder delayed(DelayedLimits limits) {
        config.delayed(limits);
        return this;
    }

    /** Adds a rule that gives what clients publish and subscribe to other names; the first that matches is applied. */
    public MaxMQBuilder topicRewrite(TopicRewrite rule) {
        config.topicRewrite(rule);
        return this;
    }

    /** Adds a subscription that sessions of certain clients get without asking. */
    public MaxMQBuilder automaticSubscription(AutomaticSubscription subscription) {
        config.automaticSubscription(subscription);
        return this;
    }

    /**
     * Bans a client, a user or a range of addresses as long as this broker runs; {@link MaxMQ#bans()} bans while it runs, and keeps bans
     * in the storage.
     */
    public MaxMQBuilder ban(Ban ban) {
        config.ban(ban);
        return this;
    }

    /** How clients are told apart by tenant. */
    public MaxMQBuilder tenancy(Tenancy tenancy) {
        config.tenancy(tenancy);
        return this;
    }

    /** The memory budget of the whole broker. */
    public MaxMQBuilder memory(MemoryLimits limits) {
        config.memory(limits);
        return this;
    }

    /** When the broker sheds work because it has too much; default never. */
    public MaxMQBuilder overload(OverloadLimits limits) {
        config.overload(limits);
        return this;
    }

    /** What clients may use. */
    public MaxMQBuilder capabilities(Capabilities capabilities) {
        config.capabilities(capabilities);
        return this;
    }

    /** Changes any setting of {@link BrokerConfig}. */
    public MaxMQBuilder configure(UnaryOperator<BrokerConfig.Builder> change) {
        config = change.apply(config);
        return this;
    }

    /**
     * Starts the broker and waits until its listeners are bound.
     *
     * @throws IllegalArgumentException when a setting, or a file that it names, is wrong; names it and its value
     * @throws IllegalStateException when nobody could connect, an extension fails or the store was opened before; says what
     *     to do
     * @throws io.maxmq.spi.storage.StorageException when the store can't be opened; says where and why
     * @throws UncheckedIOException when a listener cannot be bound; names it and its address
     */
    public MaxMQ start() {
        return MaxMQ.start(
                config.build(),
                new Plugins(
                        clock,
                        authenticators,
                        enhancedAuthenticators,
                        authorizers,
                        rateLimiters,
                        allInterceptors(),
                        eventListeners,
                        metrics,
                        extensions,
                        storage),
                source);
    }

    private List<Interceptor> allInterceptors() {
        List<Interceptor> all = new ArrayList<>(interceptors);
        extensions.forEach(each -> all.addAll(each.interceptors()));
        return all;
    }

    /** Starts the broker on a thread of its own; completes there as {@link #start} returns or throws. */
    public CompletionStage<MaxMQ> startAsync() {
        CompletableFuture<MaxMQ> started = new CompletableFuture<>();
        Thread starter = new Thread(
                () -> {
                    try {
                        started.complete(start());
                    } catch (Throwable t) {
                        started.completeExceptionally(t);
                    }
                },
                "maxmq-start");
        starter.setDaemon(true);
        starter.start();
        return started;
    }
}
