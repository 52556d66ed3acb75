package io.maxmq.spi.intercept;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * An interceptor's answer about a subject, such as a message or a request. Immutable.
 *
 * <p>Each hook declares the cases that it allows, so that other answers do not compile. {@link PublishInterceptor} allows all of them.
 *
 * <table>
 * <caption>Cases by hook</caption>
 * <tr><th>case</th><th>{@link PublishInterceptor}</th><th>{@link OfRequest}</th><th>{@link OfDelivery}</th>
 * <th>{@link OfRecipient}</th><th>{@link OfPacket}</th></tr>
 * <tr><td>{@link Proceed}</td><td colspan="5">the next interceptor, then the broker, sees the subject unchanged</td></tr>
 * <tr><td>{@link Change}</td><td colspan="3">the next interceptor, then the broker, sees the new value</td><td>–</td><td>–</td></tr>
 * <tr><td>{@link Drop}</td><td>message dropped, acknowledged as a success</td><td>–</td><td>not sent to this client</td><td>not sent
 * to this session</td><td>ignored, as if it had been lost</td></tr>
 * <tr><td>{@link Refuse}</td><td>message dropped, acknowledged with the reason</td><td>answered with the
 * reason</td><td>–</td><td>–</td><td>connection closed with the reason</td></tr>
 * <tr><td>{@link Later}</td><td colspan="2">the client's later packets wait for the answer</td><td>–</td><td>–</td><td>–</td></tr>
 * </table>
 *
 * The answer of a {@link Later} must be a case of its hook, but no {@code Later}; the broker counts any other answer as a failure of the
 * interceptor.
 *
 * @param <T> the subject
 * @since 0.1.0
 */
@Stable
public sealed interface Decision<T> {

    /** Leaves the subject as it is. Allocates nothing. */
    @SuppressWarnings("unchecked") // it has no value
    static <T> Proceed<T> proceed() {
        return (Proceed<T>) Proceed.INSTANCE;
    }

    /** Replaces the subject. */
    static <T> Change<T> change(T value) {
        return new Change<>(value);
    }

    /** Drops the subject without telling its sender. Allocates nothing. */
    @SuppressWarnings("unchecked") // it has no value
    static <T> Drop<T> drop() {
        return (Drop<T>) Drop.INSTANCE;
    }

    /**
     * Refuses the subject without a text.
     *
     * @throws IllegalArgumentException when the code is no error
     */
    static <T> Refuse<T> refuse(ReasonCode reasonCode) {
        return new Refuse<>(reasonCode, "");
    }

    /**
     * Refuses the subject.
     *
     * @param reasonCode an error that the packet which answers may carry: CONNACK, PUBACK, SUBACK, UNSUBACK or
     *     DISCONNECT
     * @param reason for the log and the Reason String of MQTT 5.0 clients; may be empty
     * @throws IllegalArgumentException when the code is no error
     */
    static <T> Refuse<T> refuse(ReasonCode reasonCode, String reason) {
        return new Refuse<>(reasonCode, reason);
    }

    /** Decides when the stage completes, on any thread, within the broker's plug-in deadline. */
    static <T> Later<T> later(CompletionStage<? extends Decision<T>> decision) {
        return new Later<>(decision);
    }

    /**
     * A decision about a CONNECT, or about a filter of SUBSCRIBE or UNSUBSCRIBE: the client always gets an answer, so there is no
     * {@link Drop}.
     *
     * @since 0.1.0
     */
    @Stable
    sealed interface OfRequest<T> extends Decision<T> {}

    /**
     * A decision about a message on its way to one client, taken at once. The publisher has its acknowledgement, so there is no
     * {@link Refuse}.
     *
     * @since 0.1.0
     */
    @Stable
    sealed interface OfDelivery<T> extends Decision<T> {}

    /**
     * A decision about one recipient of a message, taken at once: each recipient gets the same message, or does not get
     * it.
     *
     * @since 0.1.0
     */
    @Stable
    sealed interface OfRecipient<T> extends Decision<T> {}

    /**
     * A decision about a packet on the wire, taken at once.
     *
     * @since 0.1.0
     */
    @Stable
    sealed interface OfPacket<T> extends Decision<T> {}

    /**
     * See {@link Decision#proceed}.
     *
     * @since 0.1.0
     */
    @Stable
    record Proceed<T>() implements OfRequest<T>, OfDelivery<T>, OfRecipient<T>, OfPacket<T> {
        private static final Proceed<?> INSTANCE = new Proceed<>();
    }

    /**
     * See {@link Decision#change}.
     *
     * @since 0.1.0
     */
    @Stable
    record Change<T>(T value) implements OfRequest<T>, OfDelivery<T> {

        /** Checks for null. */
        public Change {
            Objects.requireNonNull(value, "value");
        }
    }

    /**
     * See {@link Decision#drop}.
     *
     * @since 0.1.0
     */
    @Stable
    record Drop<T>() implements OfDelivery<T>, OfRecipient<T>, OfPacket<T> {
        private static final Drop<?> INSTANCE = new Drop<>();
    }

    /**
     * See {@link Decision#refuse(ReasonCode, String)}.
     *
     * @since 0.1.0
     */
    @Stable
    record Refuse<T>(ReasonCode reasonCode, String reason) implements OfRequest<T>, OfPacket<T> {

        /** Checks the reason code. */
        public Refuse {
            Objects.requireNonNull(reason, "reason");
            if (!reasonCode.isError()) {
                throw new IllegalArgumentException("reasonCode must be an error: reasonCode=" + reasonCode);
            }
        }
    }

    /**
     * See {@link Decision#later}.
     *
     * @since 0.1.0
     */
    @Stable
    record Later<T>(CompletionStage<? extends Decision<T>> decision) implements OfRequest<T> {

        /** Checks for null. */
        public Later {
            Objects.requireNonNull(decision, "decision");
        }
    }
}
