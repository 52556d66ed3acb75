package io.maxmq.core.intercept;

import io.maxmq.core.access.PluginCalls;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.Recipient;
import io.maxmq.spi.intercept.RecipientInterceptor;
import io.maxmq.spi.intercept.SharedMemberInterceptor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The interceptors that select the recipients of a message. Immutable; runs on the asking loop. */
public final class RecipientInterceptors {
    /** Null when no interceptor selects recipients by plain subscriptions. */
    private final @Nullable RecipientChain plain;

    private final List<SharedMemberInterceptor> shared;
    private final PluginFailures failures;

    RecipientInterceptors(List<RecipientInterceptor> plain, List<SharedMemberInterceptor> shared, PluginCalls calls) {
        this.plain = plain.isEmpty() ? null : new RecipientChain(plain, calls);
        this.shared = shared;
        this.failures = calls.failures();
    }

    public boolean interceptsPlain() {
        return plain != null;
    }

    public boolean interceptsShared() {
        return !shared.isEmpty();
    }

    /** True when this recipient gets the message; a failure leaves it out. */
    public boolean includes(Recipient recipient, Message message) { // hot: per recipient
        return plain == null || plain.run(recipient, message) instanceof Decision.Proceed;
    }

    /** Index of the chosen candidate, or -1 when no interceptor chooses. */
    public int choose(List<Recipient> candidates, Message message) {
        for (SharedMemberInterceptor each : shared) {
            int index = choice(each, candidates, message);
            if (index >= 0) {
                return index;
            }
        }
        return -1;
    }

    private int choice(SharedMemberInterceptor by, List<Recipient> candidates, Message message) {
        @Nullable Optional<Recipient> chosen;
        try {
            chosen = by.onShared(candidates, message);
        } catch (Throwable t) { // the embedder's code
            failures.report(by.name(), "onShared", Failure.THREW, t);
            return -1;
        }
        if (chosen == null) {
            failures.report(by.name(), "onShared", Failure.NULL, null);
            return -1;
        }
        if (chosen.isEmpty()) {
            return -1;
        }
        int index = candidates.indexOf(chosen.get());
        if (index < 0) {
            failures.report(by.name(), "onShared", Failure.INVALID_ANSWER, null);
        }
        return index;
    }

    private static final class RecipientChain extends Chain<RecipientInterceptor, Recipient, Message> {
        RecipientChain(List<RecipientInterceptor> interceptors, PluginCalls calls) {
            super(Hook.RECIPIENT, interceptors, calls);
        }

        @Override
        Decision<Message> ask(RecipientInterceptor interceptor, Recipient recipient, Message message) {
            return interceptor.onRecipient(recipient, message);
        }
    }
}
