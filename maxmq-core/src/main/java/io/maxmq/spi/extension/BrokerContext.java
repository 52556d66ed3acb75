package io.maxmq.spi.extension;

import io.maxmq.spi.Clock;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishHook;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.Timers;
import io.maxmq.spi.admin.Bans;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.Explanation;
import io.maxmq.spi.admin.Health;
import io.maxmq.spi.admin.PublishQuestion;
import io.maxmq.spi.admin.RetainedMessages;
import io.maxmq.spi.admin.Sessions;
import io.maxmq.spi.admin.Subscriptions;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.event.MetricsSink;
import io.maxmq.spi.storage.KeyValueStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The broker as an extension sees it. Only the broker implements it, so it grows by abstract methods. Thread-safe.
 * Registrations end with the broker; after its close methods throw {@link IllegalStateException}, except
 * {@link #publish}, whose stage then completes with {@link PublishRefusedException}.
 *
 * @since 0.1.0
 */
@Stable
public interface BrokerContext {

    /** The broker's name, unique among the brokers of one JVM; part of thread, logger and metric names. */
    String brokerName();

    /**
     * The first part of the names of this broker's threads, for threads of an extension: {@code maxmq-NAME}, and {@code maxmq} for the
     * broker named {@code maxmq}.
     */
    String threadPrefix();

    /** Returns the broker's clock. */
    Clock clock();

    /** {@link #publish(Tenant, Message)} to {@link Tenant#DEFAULT}. */
    default CompletionStage<PublishResult> publish(Message message) {
        return publish(Tenant.DEFAULT, message);
    }

    /** {@link #publish(Tenant, Message, PublishOptions)} with the defaults. */
    default CompletionStage<PublishResult> publish(Tenant tenant, Message message) {
        return publish(tenant, message, PublishOptions.defaults());
    }

    /**
     * Publishes as a network client would: same interceptors, limits, routing and durability. Authorizers are not
     * asked. Never blocks; publications beyond the bound are refused.
     *
     * @return completes when the guarantee of the QoS holds: at once for QoS 0, after durability for QoS 1 and 2, on a
     *     thread of the broker where dependent actions must not block; exceptionally with {@link
     *     PublishRefusedException}
     * @throws IllegalArgumentException when the topic is not a valid topic name
     */
    CompletionStage<PublishResult> publish(Tenant tenant, Message message, PublishOptions options);

    /** {@link #onPublish(Tenant, String, PublishHook)} of {@link Tenant#DEFAULT}. */
    default Registration onPublish(String topicFilter, PublishHook hook) {
        return onPublish(Tenant.DEFAULT, topicFilter, hook);
    }

    /**
     * Calls the hook for each message whose topic the filter matches. The hook is in effect when the method returns.
     *
     * @throws IllegalArgumentException when the filter is invalid, has too many levels, or is shared
     */
    Registration onPublish(Tenant tenant, String topicFilter, PublishHook hook);

    /**
     * Adds several hooks at once and waits for the event loops once; each call of {@link #onPublish(Tenant, String,
     * PublishHook)} waits for itself.
     *
     * @param hooks the hooks by topic filter
     * @return the registration of each hook, by filter
     * @throws IllegalArgumentException when a filter is invalid, has too many levels, or is shared; then no hook is
     *     added
     */
    Map<String, Registration> onPublish(Tenant tenant, Map<String, PublishHook> hooks);

    /** The connected clients. */
    Clients clients();

    /** Returns the bans. */
    Bans bans();

    /** The sessions, connected or not. */
    Sessions sessions();

    /** The subscriptions of sessions. */
    Subscriptions subscriptions();

    /** The retained messages. */
    RetainedMessages retained();

    /**
     * Explains the delivery of a hypothetical message: whether its publisher may publish it, and the result for each
     * matching subscription. The question has no side effects: no turn of a shared subscription is taken, nothing is
     * dropped, counted or remembered. It does call authorizers, and those that authorize deliveries once for each
     * recipient, one after the other.
     *
     * <p><b>Cost:</b> a match on each event loop, with the subscriptions up to the question's limit, in one turn.
     *
     * @return completes on an event loop, as stages of {@link Sessions} do
     */
    CompletionStage<Explanation> explain(PublishQuestion question);

    /** Returns the health of the broker. Costs some reads; callable during an extension's stop too. */
    Health health();

    /** Adds an observer of events. */
    Registration addListener(BrokerListener listener);

    /** Timers by the broker's clock. */
    Timers timers();

    /**
     * The broker's bounded pool for work that may block. Throws
     * {@link java.util.concurrent.RejectedExecutionException} when its queue is full.
     */
    Executor workers();

    /** The broker's storage, for tables of the extension's own; empty when the broker keeps everything in memory. */
    Optional<KeyValueStore> storage();

    /** A new account of the broker's memory budget. */
    MemoryAccount memoryAccount();

    /** Returns the registry for the extension's metrics; the broker adds its name as a tag. */
    MetricsSink metrics();

    /**
     * Publishes a figure of the extension at {@code $SYS/broker/NAME}, with the broker's own figures and as they are:
     * retained, when it has changed, by {@code sysInterval}. It is about all tenants, so only {@link Tenant#DEFAULT}
     * has it.
     *
     * @param name with two levels or more, of which the first is the extension's own: {@code rules/failed}
     * @param value read on an event loop: never blocks; an exception is reported as {@code PluginFailed}, and the
     *     figure keeps its value
     * @return the registration of the figure; its last value stays retained until the broker ends
     * @throws IllegalArgumentException when the name is invalid or in use
     */
    Registration sysFigure(String name, LongSupplier value);
}
