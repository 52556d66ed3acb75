package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.core.limit.BudgetAccount;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.observe.SerialExecutor;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of the application: hands messages to its handler, one at a time and in order, on the worker pool, or
 * inline on the event loop. What waits for the handler is bounded in messages and charged to the memory budget.
 *
 * <p>{@link #deliver} runs on the loop.
 */
public final class HandlerSubscriber implements Subscriber {
    private final SessionKey key;
    private final Loop loop;
    private final DroppedMessages drops;
    private final Consumer<Message> handler;
    private final @Nullable SerialExecutor executor;
    private final BudgetAccount account;
    private final PluginFailures failures;
    private volatile boolean open = true;

    /**
     * @param key names it in drop events
     * @param executor where the handler runs; null for inline on the loop
     * @param account what is charged for messages that wait
     */
    public HandlerSubscriber(
            SessionKey key,
            Loop loop,
            DroppedMessages drops,
            Consumer<Message> handler,
            @Nullable SerialExecutor executor,
            BudgetAccount account,
            PluginFailures failures) {
        this.key = key;
        this.loop = loop;
        this.drops = drops;
        this.handler = handler;
        this.executor = executor;
        this.account = account;
        this.failures = failures;
    }

    public SessionKey key() {
        return key;
    }

    @Override
    public int loopIndex() {
        return loop.index();
    }

    @Override
    public boolean isOnline() {
        return open;
    }

    /** No message reaches the handler after this, but for the one that it may be handling. */
    public void close() {
        open = false;
        account.close();
    }

    @Override
    public void deliver(RoutedMessage message, FilterSubscription subscription) {
        if (!open) {
            return;
        }
        message.countMatched();
        QoS qos = QoS.of(Math.min(message.qos(), subscription.maxQos()));
        StoredMessage kept = message.keep();
        boolean retain = message.retain() && subscription.retainAsPublished();
        DropReason refused = offer(kept, qos, retain);
        if (refused == null) {
            message.countAccepted();
        } else {
            drops.dropped(key, message, refused);
            message.countRefused();
        }
    }

    /** A retained message for the new subscription; false when the handler's queue has no room and it is to be tried again. */
    public boolean deliverRetained(RoutedMessage message, FilterSubscription subscription) {
        if (!open) {
            return true;
        }
        return offer(message.keep(), QoS.of(Math.min(message.qos(), subscription.maxQos())), true) == null;
    }

    /** Null when the handler has it, or will have it; else why not. */
    private @Nullable DropReason offer(StoredMessage kept, QoS qos, boolean retain) {
        SerialExecutor queue = executor;
        if (queue == null) {
            handle(kept, qos, retain);
            return null;
        }
        int bytes = kept.bytes();
        if (!account.tryCharge(bytes)) {
            return DropReason.MEMORY;
        }
        boolean queued = queue.tryExecute(() -> {
            account.release(bytes);
            if (open) {
                handle(kept, qos, retain);
            }
        });
        if (!queued) {
            account.release(bytes);
            return DropReason.QUEUE_FULL_MESSAGES;
        }
        return null;
    }

    private void handle(StoredMessage kept, QoS qos, boolean retain) {
        try {
            handler.accept(ApplicationMessages.view(kept, qos, retain, loop.expiryMillis()));
        } catch (Throwable t) {
            failures.report(key.clientId(), "onMessage", Failure.THREW, t);
        }
    }
}
