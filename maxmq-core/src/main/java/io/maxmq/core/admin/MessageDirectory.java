package io.maxmq.core.admin;

import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.session.HeldMessages;
import io.maxmq.core.session.MessageCursor;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.admin.MessagePage;
import io.maxmq.spi.admin.MessageQuery;
import io.maxmq.spi.admin.MessageView;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The messages that sessions hold for their clients. Thread-safe. */
final class MessageDirectory {
    /** Messages looked at in one turn of a loop. */
    private static final int LOOKS_PER_TURN = 1000;

    private final List<LoopAssembly> loops;
    private final PendingQueries answers;

    MessageDirectory(List<LoopAssembly> loops, PendingQueries answers) {
        this.loops = loops;
        this.answers = answers;
    }

    /** Returns a page of queued messages. */
    CompletionStage<MessagePage> queued(MessageQuery query) {
        return ask(query, true);
    }

    /** Returns a page of sent and unacknowledged messages. */
    CompletionStage<MessagePage> inFlight(MessageQuery query) {
        return ask(query, false);
    }

    private CompletionStage<MessagePage> ask(MessageQuery query, boolean queued) {
        MessageCursor from = MessageCursor.parse(query.cursor());
        return answers.ask(answer -> {
            Collector collector = new Collector(query, queued, from, answer);
            collector.at.loop().execute(collector::begin);
        });
    }

    /** One page, collected in as many turns of the session's loop as it takes. */
    private final class Collector implements HeldMessages.Visitor {
        private final MessageQuery query;
        private final boolean queued;
        private final CompletableFuture<MessagePage> answer;
        private final SessionKey key;
        private final LoopAssembly at;
        private final List<MessageView> items = new ArrayList<>();
        private MessageCursor place;
        private int looks;
        private boolean more;

        Collector(MessageQuery query, boolean queued, MessageCursor from, CompletableFuture<MessagePage> answer) {
            this.query = query;
            this.queued = queued;
            this.place = from;
            this.answer = answer;
            this.key = new SessionKey(query.tenant(), query.clientId());
            this.at = LoopAssembly.of(loops, key);
        }

        void begin() {
            Session session = at.sessions().find(key);
            if (session == null) {
                answer.completeExceptionally(new NoSuchElementException(
                        "no session of this client: tenant=" + key.tenant() + ", clientId=" + key.clientId()));
                return;
            }
            turn(session);
        }

        private void turn(Session session) {
            try {
                looks = 0;
                more = false;
                HeldMessages held = session.holdings().messages();
                if (held != null && queued) {
                    held.showQueued(place, this);
                } else if (held != null) {
                    held.showInFlight(place, this);
                }
                if (more && items.size() < query.limit()) {
                    at.loop().executeNextTurn(() -> turn(session));
                } else {
                    answer.complete(page(held));
                }
            } catch (Throwable t) {
                answer.completeExceptionally(t);
            }
        }

        @Override
        public boolean visit(long sequence, StoredMessage message, int flags, FilterSubscription subscription) {
            if (items.size() == query.limit() || looks == LOOKS_PER_TURN) {
                more = true;
                return false;
            }
            looks++;
            int packetId = queued ? 0 : HeldMessages.packetId(sequence);
            items.add(Views.message(
                    message,
                    flags,
                    subscription,
                    packetId,
                    query.withPayload(),
                    at.loop().epochMillis()));
            place = place.behind(sequence, message);
            return true;
        }

        private MessagePage page(@Nullable HeldMessages held) {
            int notShown = held == null ? 0 : queued ? held.queuedInStorage() : held.released();
            return new MessagePage(items, notShown, more ? Optional.of(place.toString()) : Optional.empty());
        }
    }
}
