package io.maxmq.core.intercept;

import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.AnswerInterceptor;
import io.maxmq.spi.intercept.ConnectInterceptor;
import io.maxmq.spi.intercept.ConnectRequest;
import io.maxmq.spi.intercept.Decision;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A broker's interceptors, sorted into one {@link Chain} per hook. Callers get the decisions of the chains; a hook without interceptors
 * proceeds. Immutable; runs on the loop of its caller.
 */
public final class Interceptors {
    // Null when the hook has no interceptors.
    private final @Nullable ConnectChain connect;
    private final @Nullable PublishChain publish;
    private final @Nullable SubscribeChain subscribe;
    private final @Nullable UnsubscribeChain unsubscribe;
    private final @Nullable DeliveryChain delivery;
    private final @Nullable PacketInterceptors packets;
    private final @Nullable RecipientInterceptors recipients;
    private final @Nullable DeliveryObservers observers;
    private final @Nullable AnswerInterceptors answers;

    public Interceptors(List<Interceptor> all, PluginCalls calls, Duration deadline) {
        long nanos = deadline.toNanos();
        List<ConnectInterceptor> onConnect = sorted(all, ConnectInterceptor.class);
        this.connect = onConnect.isEmpty() ? null : new ConnectChain(onConnect, calls, nanos);
        List<PublishInterceptor> onPublish = sorted(all, PublishInterceptor.class);
        this.publish = onPublish.isEmpty() ? null : new PublishChain(onPublish, calls, nanos);
        List<SubscribeInterceptor> onSubscribe = sorted(all, SubscribeInterceptor.class);
        this.subscribe = onSubscribe.isEmpty() ? null : new SubscribeChain(onSubscribe, calls, nanos);
        List<UnsubscribeInterceptor> onUnsubscribe = sorted(all, UnsubscribeInterceptor.class);
        this.unsubscribe = onUnsubscribe.isEmpty() ? null : new UnsubscribeChain(onUnsubscribe, calls, nanos);
        List<DeliveryInterceptor> onDelivery = sorted(all, DeliveryInterceptor.class);
        this.delivery = onDelivery.isEmpty() ? null : new DeliveryChain(onDelivery, calls);
        List<PacketInterceptor> ofPackets = sorted(all, PacketInterceptor.class);
        this.packets = ofPackets.isEmpty() ? null : new PacketInterceptors(ofPackets, calls);
        List<RecipientInterceptor> ofRecipients = sorted(all, RecipientInterceptor.class);
        List<SharedMemberInterceptor> ofMembers = sorted(all, SharedMemberInterceptor.class);
        this.recipients = ofRecipients.isEmpty() && ofMembers.isEmpty()
                ? null
                : new RecipientInterceptors(ofRecipients, ofMembers, calls);
        List<DeliveryObserver> ofDeliveries = sorted(all, DeliveryObserver.class);
        this.observers = ofDeliveries.isEmpty() ? null : new DeliveryObservers(ofDeliveries, calls.failures());
        List<AnswerInterceptor> ofAnswers = sorted(all, AnswerInterceptor.class);
        this.answers = ofAnswers.isEmpty() ? null : new AnswerInterceptors(ofAnswers, calls);
    }

    private static <I extends Interceptor> List<I> sorted(List<Interceptor> all, Class<I> hook) {
        List<I> chosen = new ArrayList<>();
        for (Interceptor each : all) {
            if (hook.isInstance(each)) {
                chosen.add(hook.cast(each));
            }
        }
        if (chosen.size() > 1) {
            chosen.sort(Comparator.comparingInt(Interceptor::priority).reversed());
        }
        return List.copyOf(chosen);
    }

    private static <A, S> void run(
            @Nullable Chain<?, A, S> chain, A about, S subject, CallerLoop loop, Consumer<Decision<S>> caller) {
        Decision<S> decision = chain == null ? Decision.proceed() : chain.run(about, subject, loop, caller);
        if (!(decision instanceof Decision.Later)) {
            caller.accept(decision);
        }
    }

    public void connect(ConnectRequest request, CallerLoop loop, Consumer<Decision<ConnectRequest>> caller) {
        run(connect, request, request, loop, caller);
    }

    /** Without any, publishing need not make a message object. */
    public boolean interceptsPublish() {
        return publish != null;
    }

    /** True when some interceptor wants to see this message. */
    public boolean wantsPublish(Optional<ClientInfo> publisher, RoutedMessage message) { // hot: per message
        return publish != null && publish.wants(publisher.orElse(null), message);
    }

    /** @param publisher empty for the application's own */
    public void publish(
            Optional<ClientInfo> publisher, Message message, CallerLoop loop, Consumer<Decision<Message>> caller) {
        run(publish, publisher, message, loop, caller);
    }

    /**
     * Decides as {@link #publish} and returns a decision that comes at once.
     *
     * @param later called once, on the loop, when an interceptor takes its time; a message that it gets is no view
     * @return {@link Decision.Later} when {@code later} gets the decision
     */
    public Decision<Message> publishNow( // hot: per message
            Optional<ClientInfo> publisher, Message message, CallerLoop loop, Consumer<Decision<Message>> later) {
        return publish == null ? Decision.proceed() : publish.run(publisher, message, loop, later);
    }

    /** Reports a changed message that cannot be published. */
    public void reportInvalidMessage(RuntimeException problem) {
        if (publish != null) {
            publish.reportInvalid(problem);
        }
    }

    public void subscribe(
            ClientInfo client,
            SubscriptionRequest request,
            CallerLoop loop,
            Consumer<Decision<SubscriptionRequest>> caller) {
        run(subscribe, client, request, loop, caller);
    }

    public void unsubscribe(ClientInfo client, String topicFilter, CallerLoop loop, Consumer<Decision<String>> caller) {
        run(unsubscribe, client, topicFilter, loop, caller);
    }

    /** Without any, recipients share encoded bytes. */
    public boolean interceptsDelivery() {
        return delivery != null;
    }

    /** Decides on one message for one recipient: proceeds, changes or drops. */
    public Decision<Message> deliver(ClientInfo recipient, Message message) { // hot: per delivery
        return delivery == null ? Decision.proceed() : delivery.run(recipient, message);
    }

    /** Reports a changed message that cannot be sent. */
    public void reportInvalidDelivery(RuntimeException problem) {
        if (delivery != null) {
            delivery.reportInvalid(problem);
        }
    }

    /** Null when there is no packet interceptor. */
    public @Nullable PacketInterceptors packets() {
        return packets;
    }

    /** Null when no interceptor selects recipients. */
    public @Nullable RecipientInterceptors recipients() {
        return recipients;
    }

    /** Null when there is no delivery observer. */
    public @Nullable DeliveryObservers observers() {
        return observers;
    }

    /** Null when no interceptor changes answers. */
    public @Nullable AnswerInterceptors answers() {
        return answers;
    }

    // ---- a final type for each hook: where the type of the chain is known, so is the interceptor's method

    private static final class ConnectChain extends Chain<ConnectInterceptor, ConnectRequest, ConnectRequest> {
        ConnectChain(List<ConnectInterceptor> interceptors, PluginCalls calls, long deadlineNanos) {
            super(Hook.CONNECT, interceptors, calls, deadlineNanos);
        }

        @Override
        Decision<ConnectRequest> ask(ConnectInterceptor interceptor, ConnectRequest about, ConnectRequest request) {
            return interceptor.onConnect(request);
        }
    }

    private static final class PublishChain extends Chain<PublishInterceptor, Optional<ClientInfo>, Message> {
        /** By interceptor, in UTF-8; empty for interceptors that require none. */
        private final byte[][] requiredUserProperties;

        PublishChain(List<PublishInterceptor> interceptors, PluginCalls calls, long deadlineNanos) {
            super(Hook.PUBLISH, interceptors, calls, deadlineNanos);
            this.requiredUserProperties = interceptors.stream()
                    .map(each -> each.requiredUserProperty().orElse("").getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
        }

        @Override
        Decision<Message> ask(PublishInterceptor interceptor, Optional<ClientInfo> publisher, Message message) {
            return interceptor.onPublish(publisher.orElse(null), message);
        }

        /** A view ends with the call. */
        @Override
        Message lasting(Message message) {
            return message.copy();
        }

        boolean wants(@Nullable ClientInfo publisher, RoutedMessage message) { // hot: per message
            List<PublishInterceptor> all = interceptors();
            for (int i = 0; i < all.size(); i++) {
                byte[] required = requiredUserProperties[i];
                if (required.length > 0 && !message.hasUserProperty(required)) {
                    continue;
                }
                try {
                    if (all.get(i).wants(publisher, message.topic().name())) {
                        return true;
                    }
                } catch (Throwable t) { // the embedder's code
                    report(all.get(i), "wants", Failure.THREW, t);
                    return true;
                }
            }
            return false;
        }
    }

    private static final class SubscribeChain extends Chain<SubscribeInterceptor, ClientInfo, SubscriptionRequest> {
        SubscribeChain(List<SubscribeInterceptor> interceptors, PluginCalls calls, long deadlineNanos) {
            super(Hook.SUBSCRIBE, interceptors, calls, deadlineNanos);
        }

        @Override
        Decision<SubscriptionRequest> ask(
                SubscribeInterceptor interceptor, ClientInfo client, SubscriptionRequest request) {
            return interceptor.onSubscribe(client, request);
        }
    }

    private static final class UnsubscribeChain extends Chain<UnsubscribeInterceptor, ClientInfo, String> {
        UnsubscribeChain(List<UnsubscribeInterceptor> interceptors, PluginCalls calls, long deadlineNanos) {
            super(Hook.UNSUBSCRIBE, interceptors, calls, deadlineNanos);
        }

        @Override
        Decision<String> ask(UnsubscribeInterceptor interceptor, ClientInfo client, String topicFilter) {
            return interceptor.onUnsubscribe(client, topicFilter);
        }
    }

    private static final class DeliveryChain extends Chain<DeliveryInterceptor, ClientInfo, Message> {
        DeliveryChain(List<DeliveryInterceptor> interceptors, PluginCalls calls) {
            super(Hook.DELIVERY, interceptors, calls);
        }

        @Override
        Decision<Message> ask(DeliveryInterceptor interceptor, ClientInfo recipient, Message message) {
            return interceptor.onDelivery(recipient, message);
        }
    }
}
