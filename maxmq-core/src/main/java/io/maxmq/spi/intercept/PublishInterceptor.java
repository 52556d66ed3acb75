package io.maxmq.spi.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sees each message that a client publishes, also a will that is due and what the embedder publishes, before it is
 * authorized, retained and routed. See {@link Interceptor} for thread, order and failure.
 *
 * <p>A message is seen once, however often a QoS 2 PUBLISH is resent. The message is a view:
 * {@link Message#copy()} what an asynchronous answer needs. <b>Cost:</b> one call and one message object per PUBLISH that some
 * interceptor {@linkplain #wants wants}.
 *
 * <table>
 * <caption>What a veto answers</caption>
 * <tr><th></th><th>QoS 0</th><th>QoS 1/2, v5</th><th>QoS 1/2, v3</th></tr>
 * <tr><td>drop</td><td>nothing</td><td>PUBACK or PUBREC 0x00</td><td>PUBACK or PUBREC</td></tr>
 * <tr><td>reject</td><td>nothing</td><td>PUBACK or PUBREC with the reason code</td><td>PUBACK or PUBREC, as v3 has no
 * way to refuse</td></tr>
 * </table>
 *
 * Either is a drop event with {@code INTERCEPTED}; what the embedder publishes fails with
 * {@code PublishRefusedException} when rejected.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface PublishInterceptor extends Interceptor {

    /**
     * Looks at one message.
     *
     * @param publisher null when the embedder or an extension publishes
     */
    Decision onPublish(@Nullable ClientInfo publisher, Message message);

    /**
     * Whether it is to be asked about a message, looked at by its topic alone and before there is an object of it. One that is not has a
     * proceed of this interceptor; one that is may be asked about all the same. Fast, and without a wait: on the event loop. A failure
     * counts as yes.
     *
     * @param publisher null when the embedder or an extension publishes
     */
    default boolean wants(@Nullable ClientInfo publisher, String topic) {
        return true;
    }

    /**
     * An answer. Immutable.
     *
     * @since 0.1.0
     */
    @Stable
    sealed interface Decision {

        /** Goes on as it is. */
        static Decision proceed() {
            return Proceed.INSTANCE;
        }

        /** Goes on as this message. Its QoS is that towards the subscribers; the publisher's handshake stays. */
        static Decision change(Message message) {
            return new Change(message);
        }

        /** Ends here, and the publisher is told it went well. */
        static Decision drop() {
            return Drop.INSTANCE;
        }

        /** Ends here, and the publisher is told why. */
        static Decision reject(ReasonCode reasonCode, @Nullable String reason) {
            return new Reject(reasonCode, reason);
        }

        /** The answer comes with the stage, which must not answer {@code later} again. */
        static Decision later(CompletionStage<Decision> decision) {
            return new Later(decision);
        }

        /**
         * See {@link Decision#proceed}.
         *
         * @since 0.1.0
         */
        @Stable
        record Proceed() implements Decision {
            static final Proceed INSTANCE = new Proceed();
        }

        /**
         * See {@link Decision#change}.
         *
         * @since 0.1.0
         */
        @Stable
        record Change(Message message) implements Decision {}

        /**
         * See {@link Decision#drop}.
         *
         * @since 0.1.0
         */
        @Stable
        record Drop() implements Decision {
            static final Drop INSTANCE = new Drop();
        }

        /**
         * See {@link Decision#reject}.
         *
         * @param reasonCode an error that PUBACK and PUBREC may carry
         * @param reason for the v5 client's Reason String
         * @since 0.1.0
         */
        @Stable
        record Reject(ReasonCode reasonCode, @Nullable String reason) implements Decision {

            /** Checks the reason code. */
            public Reject {
                Vetoes.check(reasonCode, PacketType.PUBACK);
            }
        }

        /**
         * See {@link Decision#later}.
         *
         * @since 0.1.0
         */
        @Stable
        record Later(CompletionStage<Decision> decision) implements Decision {}
    }
}
