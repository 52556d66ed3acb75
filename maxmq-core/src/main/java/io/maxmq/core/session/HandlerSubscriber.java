package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.core.limit.BudgetAccount;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.observe.SerialExecutor;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of the application. Calls its handler with one message at a time, in order, on the worker pool or
 * inline on the event loop. Waiting messages are bounded in number and charged to the memory budget.
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
     * @param key identifies the subscription in drop events
     * @param executor executor of the handler; null to call it inline on the loop
     * @param account account that is charged for waiting messages
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

    /** Closes the subscription. Afterwards the handler gets no further message; a running call completes. */
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

    /**
     * Delivers a retained message to the new subscription. Returns false if the handler's queue is full and the caller
     * must retry.
     */
    public boolean deliverRetained(RoutedMessage message, FilterSubscription subscription) {
        if (!open) {
            return true;
        }
        return offer(message.keep(), QoS.of(Math.min(message.qos(), subscription.maxQos())), true) == null;
    }

    /**
     * Passes the message to the handler, at once or through its queue. Returns null if accepted, else the reason of the
     * drop.
     */
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
