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
 * Describes and starts a broker. Every setting has a default except authentication: add an authenticator or allow
 * anonymous clients. Not thread-safe; each start creates a new broker.
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

    /** Takes every setting from {@code settings}. Discards settings made before; later ones take precedence. */
    public MaxMQBuilder config(BrokerConfig settings) {
        config = settings.toBuilder();
        return this;
    }

    /** Sets the broker's name in threads, loggers and metrics; 1..64 of {@code a-z A-Z 0-9 . _ -}. */
    public MaxMQBuilder name(String name) {
        config.name(name);
        return this;
    }

    /** Adds a listener. Without a listener only in-process clients connect. */
    public MaxMQBuilder listener(Listener listener) {
        config.listener(listener);
        return this;
    }

    /**
     * Allows anonymous clients. Without an authenticator every client may connect; otherwise clients without user name
     * and password that no authenticator allows or denies.
     */
    public MaxMQBuilder allowAnonymous() {
        config.allowAnonymous(true);
        return this;
    }

    /**
     * Adds an authenticator to the chain, which is called in the order of addition. If the authenticator is an
     * {@link Extension}, the broker starts and stops it; the same applies to one within a {@link TenantAuthenticator}.
     */
    public MaxMQBuilder authenticator(Authenticator authenticator) {
        authenticators.add(authenticator);
        startAndStop(authenticator instanceof TenantAuthenticator ofTenant ? ofTenant.authenticator() : authenticator);
        return this;
    }

    /** Adds a plug-in as an extension if it is one, so that the broker starts and stops it. */
    private void startAndStop(Object plugin) {
        if (plugin instanceof Extension extension && extensions.stream().noneMatch(each -> each == extension)) {
            extensions.add(extension);
        }
    }

    /**
     * Adds a method of enhanced authentication (MQTT 5.0 §4.12). If the authenticator is an {@link Extension}, the
     * broker starts and stops it.
     *
     * @throws IllegalArgumentException when its method is empty, or already has an authenticator
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
     * Adds an authorizer to the chain that decides what clients may do; without authorizers everything is allowed. If
     * the authorizer is an {@link Extension}, the broker starts and stops it.
     */
    public MaxMQBuilder authorizer(Authorizer authorizer) {
        authorizers.add(authorizer);
        startAndStop(authorizer);
        return this;
    }

    /**
     * Adds a rate limiter; {@link io.maxmq.limit.Limits} has ready-made limits. When several limiters answer, the
     * answer that costs the client most applies. If the limiter is an {@link Extension}, the broker starts and stops
     * it.
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

    /** Adds a listener for the broker's events. */
    public MaxMQBuilder eventListener(BrokerListener listener) {
        eventListeners.add(listener);
        return this;
    }

    /**
     * Sets the sink for the broker's metrics; {@code io.maxmq.micrometer.MicrometerMetrics} publishes them to
     * Micrometer.
     */
    public MaxMQBuilder metrics(MetricsSink sink) {
        metrics = sink;
        return this;
    }

    /**
     * Adds an extension. Extensions start in the order of addition, before the listeners open. No effect if it has been
     * added before.
     */
    public MaxMQBuilder extension(Extension extension) {
        startAndStop(extension);
        return this;
    }

    /** Replaces the system's clock; a virtual clock drives every deadline of the broker. */
    public MaxMQBuilder clock(Clock newClock) {
        clock = newClock;
        return this;
    }

    /**
     * Sets the store for state that must outlive the broker: retained and delayed messages, messages that wait for
     * members of a shared subscription, and of each session that outlives its connection the subscriptions, the queue,
     * in-flight messages of both directions, the will and the time of expiry. An acknowledgement of the broker is as
     * durable as a completed write of the store ({@link io.maxmq.spi.storage.Durability}). Extensions can use the store
     * for tables of their own. Without a store, the default, all state is in memory and lost when the broker closes.
     *
     * <p>A store object belongs to one broker and one start: {@link #start} opens it, and {@link MaxMQ#close}, or a
     * failed start, closes it. The next broker gets another object on the same data.
     */
    public MaxMQBuilder storage(KeyValueStore store) {
        storage = store;
        return this;
    }

    /** Sets the number of event loops, 1..64; 0, the default, for one per processor. */
    public MaxMQBuilder loops(int loops) {
        config.loops(loops);
        return this;
    }

    /** Sets the limits of each connection. */
    public MaxMQBuilder connections(ConnectionLimits limits) {
        config.connections(limits);
        return this;
    }

    /** Sets the limits of each session. */
    public MaxMQBuilder sessions(SessionLimits limits) {
        config.sessions(limits);
        return this;
    }

    /** Sets the limits of retained messages. */
    public MaxMQBuilder retained(RetainedLimits limits) {
        config.retained(limits);
        return this;
    }

    /** Sets how a start with a store counts the time since the previous run, and how long it waits for the store. */
    public MaxMQBuilder recovery(RecoveryLimits limits) {
        config.recovery(limits);
        return this;
    }

    /** Sets the limits of delayed messages. */
    public MaxMQBuilder delayed(DelayedLimits limits) {
        config.delayed(limits);
        return this;
    }

    /** Adds a rule that renames the topics and filters of clients; the first matching rule is applied. */
    public MaxMQBuilder topicRewrite(TopicRewrite rule) {
        config.topicRewrite(rule);
        return this;
    }

    /** Adds a subscription that the broker gives to sessions of certain clients. */
    public MaxMQBuilder automaticSubscription(AutomaticSubscription subscription) {
        config.automaticSubscription(subscription);
        return this;
    }

    /**
     * Bans a client, a user or a range of addresses for the life of this broker. {@link MaxMQ#bans()} bans at run time
     * and keeps bans in the store.
     */
    public MaxMQBuilder ban(Ban ban) {
        config.ban(ban);
        return this;
    }

    /** Sets how clients are assigned to tenants. */
    public MaxMQBuilder tenancy(Tenancy tenancy) {
        config.tenancy(tenancy);
        return this;
    }

    /** Sets the memory budget of the whole broker. */
    public MaxMQBuilder memory(MemoryLimits limits) {
        config.memory(limits);
        return this;
    }

    /** Sets when the broker sheds work under overload; by default it never does. */
    public MaxMQBuilder overload(OverloadLimits limits) {
        config.overload(limits);
        return this;
    }

    /** Sets the MQTT features that the broker offers to clients. */
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
     * @throws IllegalArgumentException when a setting, or a file that it names, is invalid; names it and its value
     * @throws IllegalStateException when no client could connect, an extension fails or the store was opened before;
     *     says what to do
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
