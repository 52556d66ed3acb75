package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SubscriptionChanges;
import io.maxmq.spi.intercept.Decision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the topic filters of one SUBSCRIBE or UNSUBSCRIBE, one after the other: interceptors decide about a filter, the
 * procedure performs it, and its reason code joins the answers in order. Storage confirms the session before the
 * acknowledgement. Packets behind this one are held while an answer or storage is outstanding, or in the loop's next turn.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 *
 * @param <F> the filter as interceptors see it
 */
abstract class FilterWalk<F> {
    private final Connection connection;
    private final Loop loop;
    private final int filters;
    private final int workPerFilter;
    private final List<ReasonCode> answers;
    private final PacketHold hold;

    /** Changed subscriptions, as they were before. */
    private final Map<TopicFilter, SubscriptionChanges.Before> changed = new LinkedHashMap<>();

    /** Reason of the first refusal, for the reason string; null for none. */
    private @Nullable String refusal;

    /** @param workPerFilter see {@link Loop#work} */
    FilterWalk(Connection connection, Loop loop, int filters, int workPerFilter) {
        this.connection = connection;
        this.loop = loop;
        this.filters = filters;
        this.workPerFilter = workPerFilter;
        this.answers = new ArrayList<>(filters);
        this.hold = new PacketHold(connection, InputGate.PLUGIN);
    }

    /** Returns a filter of the packet, rewritten. */
    abstract F filter(int index);

    /** Returns a filter as the client asked for it. */
    abstract String asked(int index);

    /** Returns the memory that the filters take while the packet waits, in bytes. */
    abstract long bytes();

    abstract void intercept(F filter, Consumer<Decision<F>> then);

    /** Performs one filter; {@code answer} receives its reason code once, perhaps later. Does not answer when the connection has ended. */
    abstract void perform(F filter, Answer answer);

    /** Returns the code that the client receives for one. */
    ReasonCode told(ReasonCode code, int index) {
        return code;
    }

    /** Handles a refusal of storage, after the subscriptions are as they were; false when the connection has ended. */
    abstract boolean storageRefuses();

    /** Sends the acknowledgement. */
    abstract void acknowledge(List<ReasonCode> answered, @Nullable String refused);

    /** Goes through the filters that are left; comes back here after a late answer, or in the loop's next turn. */
    final void proceed() {
        while (answers.size() < filters) {
            int index = answers.size();
            if (index > 0 && !connection.mayWorkOn()) {
                if (hold()) {
                    loop.executeNextTurn(this::proceedInNextTurn);
                }
                return;
            }
            loop.work(workPerFilter);
            Answer answer = new Answer(index);
            F filter = filter(index);
            intercept(filter, decision -> answer.intercepted(filter, decision));
            if (connection.isClosed()) {
                return;
            }
            if (answers.size() == index) {
                answer.late = true;
                hold();
                return;
            }
        }
        confirm();
    }

    private void proceedInNextTurn() {
        if (!connection.isClosed()) {
            connection.beginWork();
            proceed();
        }
    }

    /** Answers all filters with one refusal. */
    final void refuseAll(ReasonCode code, String why) {
        for (int i = 0; i < filters; i++) {
            new Answer(i).refuse(code, why);
        }
        confirm();
    }

    /** The way of one filter to its reason code. */
    final class Answer {
        private final int index;
        private boolean late;

        private Answer(int index) {
            this.index = index;
        }

        private void intercepted(F before, Decision<F> decision) {
            if (connection.isClosed()) {
                return;
            }
            if (decision instanceof Decision.Refuse<F> refused) {
                refuse(refused.reasonCode(), refused.reason());
            } else {
                perform(decision instanceof Decision.Change<F> change ? change.value() : before, this);
            }
        }

        /** @param why for people; empty for none */
        void refuse(ReasonCode code, String why) {
            if (refusal == null && !why.isEmpty()) {
                refusal = Utf8.quote(asked(index)) + ": " + why;
            }
            give(code);
        }

        /** Takes note of a subscription as it was before its change, should storage refuse. */
        void changes(TopicFilter filter, SubscriptionChanges.Before before) {
            changed.putIfAbsent(filter, before);
        }

        void give(ReasonCode code) {
            answers.add(told(code, index));
            if (late) {
                proceed();
            }
        }
    }

    /** Acknowledges when storage has written the session. */
    private void confirm() {
        Session session = connection.session();
        if (session == null || session.isWritten()) {
            finish();
        } else if (hold()) {
            session.afterWritten(failure -> written(session, failure));
        }
    }

    private void written(Session session, @Nullable Throwable failure) {
        if (failure != null && !session.isEnded()) {
            changed.forEach(session.subscribing()::takeBack);
        }
        if (!connection.isClosed() && (failure == null || storageRefuses())) {
            finish();
        }
    }

    /** Replaces the codes of success. */
    final void failAll(ReasonCode code, String why) {
        refusal = why;
        answers.replaceAll(each -> each.isError() ? each : code);
    }

    private void finish() {
        acknowledge(answers, refusal);
        if (hold.isHeld()) {
            hold.end();
        }
    }

    /** False when the connection has ended for it. */
    private boolean hold() {
        return hold.isHeld() || hold.begin(bytes());
    }
}
