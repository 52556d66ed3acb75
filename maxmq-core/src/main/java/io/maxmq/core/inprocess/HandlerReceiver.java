package io.maxmq.core.inprocess;

import io.maxmq.core.observe.PluginFailures;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A handler of the application as the receiver of an in-process client. What it throws is reported. */
record HandlerReceiver(String name, BiConsumer<Message, Runnable> handler, PluginFailures failures)
        implements InProcessClient.Receiver {

    @Override
    public void onMessage(Message message, Runnable acknowledge) {
        try {
            handler.accept(message, acknowledge);
        } catch (Throwable t) {
            failures.report(name, "onMessage", Failure.THREW, t);
        }
    }

    @Override
    public void onEnd(@Nullable Throwable why) {
        // A handler hears of messages only.
    }
}
