package io.maxmq.core.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.intercept.Decision;
import org.jspecify.annotations.Nullable;

/** A method that interceptors implement, with the decisions that it allows besides to proceed. */
enum Hook {
    CONNECT("onConnect", PacketType.CONNACK, false),
    PUBLISH("onPublish", PacketType.PUBACK, true),
    SUBSCRIBE("onSubscribe", PacketType.SUBACK, false),
    UNSUBSCRIBE("onUnsubscribe", PacketType.UNSUBACK, false),
    READ("onRead", PacketType.DISCONNECT, true),
    RECIPIENT("onRecipient", null, true),
    DELIVERY("onDelivery", null, true),
    ANSWER("onAnswer", null, false);

    private final String method;
    /** The packet that carries a refusal; null when the hook cannot refuse. */
    private final @Nullable PacketType answer;

    private final boolean drops;
    private final Decision<?> onFailure;

    Hook(String method, @Nullable PacketType answer, boolean drops) {
        this.method = method;
        this.answer = answer;
        this.drops = drops;
        if (answer != null) {
            this.onFailure = Decision.refuse(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        } else {
            this.onFailure = drops ? Decision.drop() : Decision.proceed();
        }
    }

    /** Name of the method, in reports. */
    String method() {
        return method;
    }

    /** Decision in place of one that failed: a refusal where that is possible, else a drop; answers stay as they are. */
    @SuppressWarnings("unchecked") // it has no value
    <S> Decision<S> onFailure() {
        return (Decision<S>) onFailure;
    }

    /** Checks a decision that ends a chain. */
    boolean allows(Decision<?> decision) {
        if (decision instanceof Decision.Refuse<?> refusal) {
            return answer != null && refusal.reasonCode().allowedIn(answer);
        }
        return drops && decision instanceof Decision.Drop<?>;
    }
}
