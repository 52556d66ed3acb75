package io.maxmq.core.admin;

import io.maxmq.codec.QoS;
import io.maxmq.codec.topic.ShareName;
import io.maxmq.core.access.Access;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Match;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.session.DeliveryForecast;
import io.maxmq.core.session.HandlerSubscriber;
import io.maxmq.core.session.InProcessNames;
import io.maxmq.core.session.Session;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.admin.Explanation;
import io.maxmq.spi.admin.Explanation.Recipient;
import io.maxmq.spi.admin.Explanation.Verdict;
import io.maxmq.spi.admin.PublishQuestion;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that match a topic, and what each would do with a message. Goes from loop to loop: each subscription is
 * looked at on its own, in one turn, and there are not more than the question's limit. Where authorizers are asked about each
 * delivery they are asked here too, one question at a time, and nothing is remembered.
 */
final class ExplainedRecipients {
    /** Makes the whole of it. */
    interface Whole {
        Explanation of(List<Recipient> recipients, boolean truncated);
    }

    /** An authorizer is to be asked about the recipient at that place. */
    private record Asking(int place, ClientInfo client) {}

    private final List<LoopAssembly> loops;
    private final Routes routes;
    private final Access access;
    private final PublishQuestion question;
    private final Topic topic;
    private final List<Recipient> recipients = new ArrayList<>();
    private final Map<SharedGroup, Optional<FilterSubscription>> nextOfGroups = new HashMap<>();
    private final ArrayDeque<Asking> toAsk = new ArrayDeque<>();
    private boolean truncated;

    ExplainedRecipients(List<LoopAssembly> loops, Routes routes, Access access, PublishQuestion question, Topic topic) {
        this.loops = loops;
        this.routes = routes;
        this.access = access;
        this.question = question;
        this.topic = topic;
    }

    void collect(CompletableFuture<Explanation> answer, Whole whole) {
        enter(0, answer, whole);
    }

    private void enter(int loop, CompletableFuture<Explanation> answer, Whole whole) {
        loops.get(loop)
                .loop()
                .execute(() -> contained(answer, () -> {
                    look(loop);
                    ask(loop, answer, whole);
                }));
    }

    private static void contained(CompletableFuture<Explanation> answer, Runnable step) {
        try {
            step.run();
        } catch (Throwable t) {
            answer.completeExceptionally(t);
        }
    }

    /** Asks what is left to ask on this loop, then goes on to the next one. */
    private void ask(int loop, CompletableFuture<Explanation> answer, Whole whole) {
        Asking next = toAsk.poll();
        if (next == null) {
            if (truncated || loop + 1 == loops.size()) {
                answer.complete(whole.of(recipients, truncated));
            } else {
                enter(loop + 1, answer, whole);
            }
            return;
        }
        LoopAssembly at = loops.get(loop);
        access.open(next.client(), at.caller()).receive(topic, new Action.Receive(topic.name()), decision -> {
            if (decision instanceof Authorization.Denied) {
                Recipient asked = recipients.get(next.place());
                recipients.set(next.place(), with(asked, Verdict.NOT_AUTHORIZED));
            }
            // A turn for each: an authorizer that answers at once must not make this recursive.
            at.loop().execute(() -> contained(answer, () -> ask(loop, answer, whole)));
        });
    }

    private static Recipient with(Recipient one, Verdict verdict) {
        return new Recipient(
                one.clientId(),
                one.topicFilter(),
                one.shareName(),
                one.qos(),
                one.subscriptionIds(),
                one.isNext(),
                verdict,
                "");
    }

    // ---- on each loop

    private void look(int loop) {
        Match match = routes.tree().look(topic, loop);
        for (int i = 0, count = match.localCount(); i < count && !truncated; i++) {
            FilterSubscription subscription = match.local(i);
            if (subscription != null) {
                plain(subscription);
            }
        }
        for (SharedGroup group : match.groups()) {
            if (truncated) {
                return;
            }
            Optional<FilterSubscription> next = nextOfGroups.get(group);
            if (next == null) {
                next = Optional.ofNullable(group.peek());
                nextOfGroups.put(group, next);
                if (next.isEmpty() && group.size() > 1) {
                    groupQueue(group);
                }
            }
            members(group, next.orElse(null), loop);
        }
    }

    /** One that may stand for several of its session: the first that counts delivers, the others are merged into it. */
    private void plain(FilterSubscription subscription) {
        boolean isOwn = isPublisher(subscription.subscriber());
        FilterSubscription delivering =
                isOwn && subscription.anyNoLocal() ? subscription.withoutNoLocal() : subscription;
        boolean delivered = false;
        for (FilterSubscription part : subscription.parts()) {
            if (isOwn && part.noLocal()) {
                add(part, part, false, Verdict.NO_LOCAL, "");
            } else if (delivered || delivering == null) {
                add(part, part, false, Verdict.MERGED, "");
            } else {
                delivered = true;
                deliver(part, delivering, false);
            }
        }
    }

    private void members(SharedGroup group, @Nullable FilterSubscription next, int loop) {
        for (FilterSubscription member : group.members()) {
            if (member.subscriber().loopIndex() != loop) {
                continue;
            }
            if (next == null && group.size() == 1) {
                deliver(member, member, false);
            } else if (member.subscriber().isOnline()) {
                add(member, member, member == next, Verdict.SHARED_CANDIDATE, "");
            } else {
                add(member, member, false, Verdict.SHARED_PASSED_OVER, "");
            }
        }
    }

    private void groupQueue(SharedGroup group) {
        boolean waits = question.qos() != QoS.AT_MOST_ONCE;
        append(new Recipient(
                "",
                group.filter().toString(),
                Optional.of(group.name().text()),
                question.qos(),
                List.of(),
                false,
                waits ? Verdict.QUEUED_OFFLINE : Verdict.OFFLINE_QOS0,
                waits ? "for the member that comes first, if the queue of the group has room" : "no member is there"));
    }

    /** @param delivering the same as {@code named}, or what it was merged into */
    private void deliver(FilterSubscription named, FilterSubscription delivering, boolean isNext) {
        Subscriber subscriber = named.subscriber();
        if (!(subscriber instanceof Session session)) {
            add(named, delivering, isNext, Verdict.IN_PROCESS, "");
            return;
        }
        int qos = Math.min(question.qos().code(), delivering.maxQos());
        DeliveryForecast forecast = session.holdings().forecast(qos, delivering.queued());
        boolean offline = session.client() == null;
        Verdict verdict = switch (forecast) {
            case SENT -> Verdict.WOULD_RECEIVE;
            case QUEUED, QUEUED_FOR_OLDEST -> offline ? Verdict.QUEUED_OFFLINE : Verdict.QUEUED;
            case OFFLINE_QOS0 -> Verdict.OFFLINE_QOS0;
            case OFFLINE_NOT_QUEUED -> Verdict.OFFLINE_NOT_QUEUED;
            case QUEUE_FULL, NO_MEMORY -> Verdict.QUEUE_FULL;
            case NOT_WRITABLE -> Verdict.NOT_WRITABLE;
        };
        String detail = switch (forecast) {
            case QUEUED_FOR_OLDEST -> "and the oldest that waits would be dropped";
            case NO_MEMORY -> "memory runs short";
            default -> "";
        };
        ClientInfo client = session.client();
        boolean added = add(named, delivering, isNext, verdict, detail);
        if (added && client != null && access.authorizesReceive() && !InProcessNames.isReserved(client.clientId())) {
            toAsk.add(new Asking(recipients.size() - 1, client));
        }
    }

    private boolean isPublisher(Subscriber subscriber) {
        return subscriber instanceof Session session
                && question.clientId().filter(session.clientId()::equals).isPresent();
    }

    private boolean add(
            FilterSubscription named, FilterSubscription delivering, boolean isNext, Verdict verdict, String detail) {
        ShareName share = named.share();
        return append(new Recipient(
                clientIdOf(named.subscriber()),
                named.filter().toString(),
                Optional.ofNullable(share == null ? null : share.text()),
                QoS.of(Math.min(question.qos().code(), delivering.maxQos())),
                Arrays.stream(delivering.subscriptionIds()).boxed().toList(),
                isNext,
                verdict,
                detail));
    }

    private boolean append(Recipient recipient) {
        if (recipients.size() == question.limit()) {
            truncated = true;
            return false;
        }
        return recipients.add(recipient);
    }

    private static String clientIdOf(Subscriber subscriber) {
        if (subscriber instanceof Session session) {
            return session.clientId();
        }
        return subscriber instanceof HandlerSubscriber handler ? handler.key().clientId() : "";
    }
}
