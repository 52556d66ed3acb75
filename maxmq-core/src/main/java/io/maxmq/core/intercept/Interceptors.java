package io.maxmq.core.intercept;

import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.AnswerInterceptor;
import io.maxmq.spi.intercept.ConnectInterceptor;
import io.maxmq.spi.intercept.ConnectRequest;
import io.maxmq.spi.intercept.DeliveryInterceptor;
import io.maxmq.spi.intercept.DeliveryObserver;
import io.maxmq.spi.intercept.Interceptor;
import io.maxmq.spi.intercept.PacketInterceptor;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.maxmq.spi.intercept.RecipientInterceptor;
import io.maxmq.spi.intercept.SharedMemberInterceptor;
import io.maxmq.spi.intercept.SubscribeInterceptor;
import io.maxmq.spi.intercept.SubscriptionRequest;
import io.maxmq.spi.intercept.UnsubscribeInterceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A broker's interceptors, sorted into one chain per concern. Immutable; runs on the loop of who asks. */
public final class Interceptors {
    // Null when there are no interceptors at all.
    private final @Nullable Chain<ConnectInterceptor, ConnectRequest, ConnectRequest> connect;
    private final @Nullable Chain<PublishInterceptor, Optional<ClientInfo>, Message> publish;
    private final @Nullable Chain<SubscribeInterceptor, ClientInfo, SubscriptionRequest> subscribe;
    private final @Nullable Chain<UnsubscribeInterceptor, ClientInfo, String> unsubscribe;

    private final List<DeliveryInterceptor> delivery;
    private final @Nullable PacketInterceptors packets;
    private final @Nullable RecipientInterceptors recipients;
    private final @Nullable DeliveryObservers observers;
    private final @Nullable AnswerInterceptors answers;
    private final PluginCalls calls;

    public Interceptors(List<Interceptor> all, PluginCalls calls, Duration deadline) {
        this.calls = calls;
        if (all.isEmpty()) {
            this.connect = null;
            this.publish = null;
            this.subscribe = null;
            this.unsubscribe = null;
            this.delivery = List.of();
            this.packets = null;
            this.recipients = null;
            this.observers = null;
            this.answers = null;
            return;
        }
        long nanos = deadline.toNanos();
        this.connect = new Chain<>(
                sorted(all, ConnectInterceptor.class),
                "onConnect",
                calls,
                nanos,
                (each, about, request) -> step(each.onConnect(request), request));
        this.publish = new Chain<>(
                sorted(all, PublishInterceptor.class),
                "onPublish",
                calls,
                nanos,
                (each, publisher, message) -> stepNow(each.onPublish(publisher.orElse(null), message), message));
        this.subscribe = new Chain<>(
                sorted(all, SubscribeInterceptor.class),
                "onSubscribe",
                calls,
                nanos,
                (each, client, request) -> step(each.onSubscribe(client, request), request));
        this.unsubscribe = new Chain<>(
                sorted(all, UnsubscribeInterceptor.class),
                "onUnsubscribe",
                calls,
                nanos,
                (each, client, filter) -> step(each.onUnsubscribe(client, filter), filter));
        this.delivery = sorted(all, DeliveryInterceptor.class);
        List<PacketInterceptor> ofPackets = sorted(all, PacketInterceptor.class);
        this.packets = ofPackets.isEmpty() ? null : new PacketInterceptors(ofPackets, calls.failures());
        List<AnswerInterceptor> ofAnswers = sorted(all, AnswerInterceptor.class);
        this.answers = ofAnswers.isEmpty() ? null : new AnswerInterceptors(ofAnswers, calls.failures());
        List<DeliveryObserver> ofDeliveries = sorted(all, DeliveryObserver.class);
        this.observers = ofDeliveries.isEmpty() ? null : new DeliveryObservers(ofDeliveries, calls.failures());
        List<RecipientInterceptor> ofRecipients = sorted(all, RecipientInterceptor.class);
        List<SharedMemberInterceptor> ofShared = sorted(all, SharedMemberInterceptor.class);
        this.recipients = ofRecipients.isEmpty() && ofShared.isEmpty()
                ? null
                : new RecipientInterceptors(ofRecipients, ofShared, calls.failures());
    }

    private static <I extends Interceptor> List<I> sorted(List<Interceptor> all, Class<I> concern) {
        List<I> chosen = new ArrayList<>();
        for (Interceptor each : all) {
            if (concern.isInstance(each)) {
                chosen.add(concern.cast(each));
            }
        }
        if (chosen.size() > 1) {
            chosen.sort(Comparator.comparingInt(Interceptor::priority).reversed());
        }
        return List.copyOf(chosen);
    }

    private static <I extends Interceptor, A, S> void run(
            @Nullable Chain<I, A, S> chain, A about, S subject, CallerLoop loop, Consumer<Outcome<S>> answer) {
        Outcome<S> outcome = chain == null ? new Outcome.Passed<>(subject) : chain.run(about, subject, loop, answer);
        if (outcome != null) {
            answer.accept(outcome);
        }
    }

    public void connect(ConnectRequest request, CallerLoop loop, Consumer<Outcome<ConnectRequest>> answer) {
        run(connect, request, request, loop, answer);
    }

    /** Without any, publishing need not make a message object. */
    public boolean interceptsPublish() {
        return publish != null && !publish.isEmpty();
    }

    /** Whether some interceptor wants to see a message to this topic. */
    public boolean wantsPublish(Optional<ClientInfo> publisher, String topic) { // hot: per message
        if (publish == null) {
            return false;
        }
        List<PublishInterceptor> all = publish.interceptors();
        for (int i = 0; i < all.size(); i++) {
            try {
                if (all.get(i).wants(publisher.orElse(null), topic)) {
                    return true;
                }
            } catch (Throwable t) { // the embedder's code
                calls.failures().report(all.get(i).name(), "wants", Failure.THREW, t);
                return true;
            }
        }
        return false;
    }

    /**
     * As the other, and what is answered at once is returned.
     *
     * @param later told once, on the loop, when one takes its time; the message that it is told is no view
     * @return null when {@code later} will be told
     */
    public @Nullable Outcome<Message> publishNow( // hot: per message
            Optional<ClientInfo> publisher, Message message, CallerLoop loop, Consumer<Outcome<Message>> later) {
        return publish == null ? new Outcome.Passed<>(message) : publish.run(publisher, message, loop, later);
    }

    /** What those who see messages first have made of a client's cannot be published. */
    public void reportInvalidMessage(RuntimeException problem) {
        if (publish != null) {
            calls.failures().report(publish.interceptors().get(0).name(), "onPublish", Failure.INVALID_ANSWER, problem);
        }
    }

    /** @param publisher empty for the application's own */
    public void publish(
            Optional<ClientInfo> publisher, Message message, CallerLoop loop, Consumer<Outcome<Message>> answer) {
        run(publish, publisher, message, loop, answer);
    }

    public void subscribe(
            ClientInfo client,
            SubscriptionRequest request,
            CallerLoop loop,
            Consumer<Outcome<SubscriptionRequest>> answer) {
        run(subscribe, client, request, loop, answer);
    }

    public void unsubscribe(ClientInfo client, String topicFilter, CallerLoop loop, Consumer<Outcome<String>> answer) {
        run(unsubscribe, client, topicFilter, loop, answer);
    }

    /** Null when nobody looks at packets. */
    public @Nullable PacketInterceptors packets() {
        return packets;
    }

    /** Null when nobody has a say in who gets messages. */
    public @Nullable RecipientInterceptors recipients() {
        return recipients;
    }

    /** Null when nobody sees what becomes of messages. */
    public @Nullable DeliveryObservers observers() {
        return observers;
    }

    /** Null when nobody changes answers. */
    public @Nullable AnswerInterceptors answers() {
        return answers;
    }

    /** Without any, recipients share encoded bytes. */
    public boolean interceptsDelivery() {
        return !delivery.isEmpty();
    }

    /** The message as this recipient is to have it; null when it is not to have it. A failure drops the delivery. */
    public @Nullable Message deliver(ClientInfo recipient, Message message) {
        Message current = message;
        for (DeliveryInterceptor each : delivery) {
            try {
                DeliveryInterceptor.Decision decision = each.onDelivery(recipient, current);
                if (decision instanceof DeliveryInterceptor.Decision.Change change) {
                    current = change.message();
                } else if (decision instanceof DeliveryInterceptor.Decision.Drop) {
                    return null;
                } else if (!(decision instanceof DeliveryInterceptor.Decision.Proceed)) {
                    calls.failures().report(each.name(), "onDelivery", Failure.NULL, null);
                    return null;
                }
            } catch (Throwable t) { // the embedder's code
                calls.failures().report(each.name(), "onDelivery", Failure.THREW, t);
                return null;
            }
        }
        return current;
    }

    /** What those who see deliveries have made of one cannot be sent. */
    public void reportInvalidDelivery(RuntimeException problem) {
        calls.failures().report(delivery.get(0).name(), "onDelivery", Failure.INVALID_ANSWER, problem);
    }

    // ---- each concern's decisions as steps; null stays null, which the chain reports

    private static @Nullable Step<ConnectRequest> step(
            ConnectInterceptor.@Nullable Decision decision, ConnectRequest request) {
        if (decision instanceof ConnectInterceptor.Decision.Proceed) {
            return new Step.Next<>(request);
        } else if (decision instanceof ConnectInterceptor.Decision.Change change) {
            return new Step.Next<>(change.request());
        } else if (decision instanceof ConnectInterceptor.Decision.Reject reject) {
            return new Step.End<>(new Outcome.Rejected<>(reject.reasonCode(), reject.reason()));
        } else if (decision instanceof ConnectInterceptor.Decision.Later later) {
            return later(later.decision(), answer -> step(answer, request));
        }
        return null;
    }

    /** Makes no object of the answer that nearly all have. */
    private static @Nullable Step<Message> stepNow(PublishInterceptor.@Nullable Decision decision, Message message) {
        return decision instanceof PublishInterceptor.Decision.Proceed ? Step.same() : step(decision, message);
    }

    private static @Nullable Step<Message> step(PublishInterceptor.@Nullable Decision decision, Message message) {
        if (decision instanceof PublishInterceptor.Decision.Proceed) {
            return new Step.Next<>(message);
        } else if (decision instanceof PublishInterceptor.Decision.Change change) {
            return new Step.Next<>(change.message());
        } else if (decision instanceof PublishInterceptor.Decision.Drop) {
            return new Step.End<>(new Outcome.Dropped<>());
        } else if (decision instanceof PublishInterceptor.Decision.Reject reject) {
            return new Step.End<>(new Outcome.Rejected<>(reject.reasonCode(), reject.reason()));
        } else if (decision instanceof PublishInterceptor.Decision.Later later) {
            // A view ends with the call; what goes on later is a copy.
            Message copy = message.copy();
            return later(later.decision(), answer -> step(answer, copy));
        }
        return null;
    }

    private static @Nullable Step<SubscriptionRequest> step(
            SubscribeInterceptor.@Nullable Decision decision, SubscriptionRequest request) {
        if (decision instanceof SubscribeInterceptor.Decision.Proceed) {
            return new Step.Next<>(request);
        } else if (decision instanceof SubscribeInterceptor.Decision.Change change) {
            return new Step.Next<>(change.request());
        } else if (decision instanceof SubscribeInterceptor.Decision.Reject reject) {
            return new Step.End<>(new Outcome.Rejected<>(reject.reasonCode(), null));
        } else if (decision instanceof SubscribeInterceptor.Decision.Later later) {
            return later(later.decision(), answer -> step(answer, request));
        }
        return null;
    }

    private static @Nullable Step<String> step(UnsubscribeInterceptor.@Nullable Decision decision, String filter) {
        if (decision instanceof UnsubscribeInterceptor.Decision.Proceed) {
            return new Step.Next<>(filter);
        } else if (decision instanceof UnsubscribeInterceptor.Decision.Change change) {
            return new Step.Next<>(change.topicFilter());
        } else if (decision instanceof UnsubscribeInterceptor.Decision.Reject reject) {
            return new Step.End<>(new Outcome.Rejected<>(reject.reasonCode(), null));
        } else if (decision instanceof UnsubscribeInterceptor.Decision.Later later) {
            return later(later.decision(), answer -> step(answer, filter));
        }
        return null;
    }

    private static <D, S> Step<S> later(CompletionStage<D> decision, Function<D, @Nullable Step<S>> toStep) {
        return new Step.Later<>(decision.thenApply(toStep));
    }
}
