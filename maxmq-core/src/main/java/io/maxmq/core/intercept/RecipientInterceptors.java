package io.maxmq.core.intercept;

import io.maxmq.core.observe.PluginFailures;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.Recipient;
import io.maxmq.spi.intercept.RecipientInterceptor;
import io.maxmq.spi.intercept.RecipientInterceptor.Decision;
import io.maxmq.spi.intercept.SharedMemberInterceptor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The interceptors that have a say in who gets a message. Immutable; runs on the asking loop. */
public final class RecipientInterceptors {
    private final List<RecipientInterceptor> plain;
    private final List<SharedMemberInterceptor> shared;
    private final PluginFailures failures;

    RecipientInterceptors(
            List<RecipientInterceptor> plain, List<SharedMemberInterceptor> shared, PluginFailures failures) {
        this.plain = plain;
        this.shared = shared;
        this.failures = failures;
    }

    public boolean interceptsPlain() {
        return !plain.isEmpty();
    }

    public boolean interceptsShared() {
        return !shared.isEmpty();
    }

    /** Whether this recipient is to have the message; a failure says no. */
    public boolean includes(Recipient recipient, Message message) {
        for (RecipientInterceptor each : plain) {
            try {
                Decision decision = each.onRecipient(recipient, message);
                if (decision == null) {
                    failures.report(each.name(), "onRecipient", Failure.NULL, null);
                    return false;
                }
                if (decision == Decision.LEAVE_OUT) {
                    return false;
                }
            } catch (Throwable t) { // the embedder's code
                failures.report(each.name(), "onRecipient", Failure.THREW, t);
                return false;
            }
        }
        return true;
    }

    /** The index of the chosen one, or -1 when nobody chooses. */
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
}
