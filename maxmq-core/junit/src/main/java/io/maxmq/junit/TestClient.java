package io.maxmq.junit;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.spi.Message;
import io.maxmq.spi.Preview;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an MQTT client, for tests. Each method does one exchange and waits for the broker's answer; a wrong
 * answer, no answer within 10 s, and the end of the connection are an {@link AssertionError} with a description.
 * Created by {@link TestClients}, or injected. Not thread-safe.
 *
 *
 * <p>It has no thread: it reads only while a method waits, so an unused client is a subscriber that has stopped
 * reading. A message is acknowledged by the {@link #receive()} that returns it; PUBREL is answered when it is read. It
 * keeps no session of its own: a new connection of the same client id sees what the broker sends again.
 *
 *
 * @since 0.1.0
 */
@Preview
public final class TestClient implements AutoCloseable {
    /** The time that a method waits for the broker. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private final String clientId;
    private final ClientSocket wire;
    private final ConnAck connAck;
    private int lastPacketId;

    // Packets that were read and not yet requested.
    private final ArrayDeque<Publish> messages = new ArrayDeque<>();
    private final ArrayDeque<Packet> answers = new ArrayDeque<>();
    private final ArrayDeque<Integer> released = new ArrayDeque<>();
    private @Nullable ReasonCode disconnectReason;

    private boolean ended;

    /** Takes over the socket, also when it throws. */
    TestClient(ClientOptions options, Socket socket) {
        this.wire = new ClientSocket(options.version(), socket, this::onPacket);
        try {
            send(options.connect());
            connAck = answer(ConnAck.class, answer -> true);
            if (connAck.reason() != ReasonCode.SUCCESS) {
                throw new AssertionError(
                        "the broker refused to connect " + options.clientId() + ": " + connAck.reason());
            }
        } catch (Throwable t) {
            wire.close();
            throw t;
        }
        String assigned = connAck.properties().string(PropertyId.ASSIGNED_CLIENT_IDENTIFIER);
        this.clientId = assigned == null ? options.clientId() : assigned;
    }

    /** As connected with, or as the broker assigned it. */
    public String clientId() {
        return clientId;
    }

    /** Returns whether the broker had a session of this client. */
    public boolean sessionPresent() {
        return connAck.sessionPresent();
    }

    // ---- subscribing

    /** Subscribes with QoS 2. */
    public void subscribe(String topicFilter) {
        subscribe(topicFilter, QoS.EXACTLY_ONCE);
    }

    /**
     * Subscribes; returns when the subscription is in force.
     *
     * @param topicFilter {@code $share/NAME/FILTER} for a shared subscription
     */
    public void subscribe(String topicFilter, QoS qos) {
        int packetId = nextPacketId();
        send(new Subscribe(packetId, Properties.NONE, List.of(RequestedSubscription.of(topicFilter, qos))));
        ReasonCode granted = answer(SubAck.class, answer -> answer.packetId() == packetId)
                .reasons()
                .get(0);
        if (granted.isError()) {
            throw new AssertionError(
                    "the broker refused " + clientId + " to subscribe to " + topicFilter + ": " + granted);
        }
    }

    /** Ends a subscription; a missing one is not an error. */
    public void unsubscribe(String topicFilter) {
        int packetId = nextPacketId();
        send(new Unsubscribe(packetId, Properties.NONE, List.of(topicFilter)));
        answer(UnsubAck.class, answer -> answer.packetId() == packetId);
    }

    // ---- publishing

    /** Publishes with QoS 0. */
    public void publish(String topic, String payload) {
        publish(Message.of(topic, payload));
    }

    /** Publishes a text; at QoS 1 and 2 returns when it is acknowledged. */
    public void publish(String topic, String payload, QoS qos) {
        publish(Message.builder(topic).payload(payload).qos(qos).build());
    }

    /** Publishes; at QoS 1 and 2 returns when it is acknowledged. Before MQTT 5.0 properties are left out. */
    public void publish(Message message) {
        int packetId = send(message);
        switch (message.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE ->
                requireAccepted(
                        message,
                        answer(PubAck.class, answer -> answer.packetId() == packetId)
                                .reason());
            case EXACTLY_ONCE -> {
                requireAccepted(
                        message,
                        answer(PubRec.class, answer -> answer.packetId() == packetId)
                                .reason());
                send(PubRel.of(packetId));
                answer(PubComp.class, answer -> answer.packetId() == packetId);
            }
        }
    }

    /** Sends the PUBLISH and waits for nothing: how a publisher looks that breaks down meanwhile. Returns the packet id. */
    public int send(Message message) {
        int packetId = message.qos() == QoS.AT_MOST_ONCE ? 0 : nextPacketId();
        send(new Publish(
                false,
                message.qos(),
                message.retain(),
                message.topic(),
                packetId,
                MessageProperties.of(message),
                message.payload()));
        return packetId;
    }

    private void requireAccepted(Message message, ReasonCode reason) {
        if (reason.isError()) {
            throw new AssertionError(
                    "the broker refused " + MessageText.line(message) + " of " + clientId + ": " + reason);
        }
    }

    // ---- receiving

    /** {@link #receive(Duration)} with {@link #DEFAULT_TIMEOUT}. */
    public ReceivedMessage receive() {
        return receive(DEFAULT_TIMEOUT);
    }

    /** The next message, which is acknowledged. Waits for it if need be. */
    public ReceivedMessage receive(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        while (messages.isEmpty()) {
            readMore(deadline, "a message");
        }
        Publish publish = messages.remove();
        switch (publish.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> send(PubAck.of(publish.packetId()));
            case EXACTLY_ONCE -> send(PubRec.of(publish.packetId()));
        }
        return delivery(publish);
    }

    /**
     * Fails when a message has come: reads all that the broker has sent before it answers a ping. So it proves that nothing was
     * on its way when the broker's event loop for this client got the ping; with one event loop, nothing that was published and
     * acknowledged before.
     */
    public void expectNothing() {
        ping();
        if (!messages.isEmpty()) {
            List<Message> came = new ArrayList<>();
            messages.forEach(each -> came.add(MessageProperties.message(each)));
            throw new AssertionError("no message was expected for " + clientId + "; " + MessageText.list(came));
        }
    }

    private static ReceivedMessage delivery(Publish publish) {
        return new ReceivedMessage(
                MessageProperties.message(publish),
                publish.dup(),
                publish.packetId(),
                publish.properties().subscriptionIdentifiers());
    }

    /** PINGREQ and PINGRESP: what was sent before has been handled by the broker, and its answers have been read. */
    public void ping() {
        send(PingReq.INSTANCE);
        answer(PingResp.class, answer -> true);
    }

    // ---- the end

    /** Sends DISCONNECT, so that no will is published, and waits until the broker has closed the connection. */
    public void disconnect() {
        send(Disconnect.of(ReasonCode.SUCCESS));
        awaitEnd(DEFAULT_TIMEOUT);
        close();
    }

    /** Resets the connection, as a crash does. */
    public void drop() {
        ended = true;
        wire.reset();
    }

    /**
     * Waits until the broker has ended the connection.
     *
     * @return why, as its DISCONNECT said; {@code SUCCESS} when it closed without one, as it does before MQTT 5.0
     */
    public ReasonCode awaitEnd(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        while (!ended) {
            if (read(deadline) == ClientSocket.Read.NOTHING_IN_TIME) {
                throw new AssertionError(
                        "the broker has not ended the connection of " + clientId + " within " + deadline);
            }
        }
        return disconnectReason == null ? ReasonCode.SUCCESS : disconnectReason;
    }

    /** Returns whether the end of the connection was seen, or it was closed here. Does not look. */
    public boolean isEnded() {
        return ended;
    }

    /** Closes the connection without DISCONNECT, so that a will is published. Idempotent. */
    @Override
    public void close() {
        ended = true;
        wire.close();
    }

    // ---- packets

    private void send(Packet packet) {
        try {
            wire.send(packet);
        } catch (IOException e) {
            // Why the broker closed may still be there to read.
            while (!ended && read(Deadline.in(Duration.ofSeconds(1))) == ClientSocket.Read.SOME) {}
            throw new AssertionError(
                    clientId + " cannot send " + packet.type() + ": the connection has ended" + reason(), e);
        }
    }

    private <P extends Packet> P answer(Class<P> type, Predicate<P> wanted) {
        Deadline deadline = Deadline.in(DEFAULT_TIMEOUT);
        while (true) {
            for (Iterator<Packet> each = answers.iterator(); each.hasNext(); ) {
                Packet answer = each.next();
                each.remove(); // an abandoned one is removed too
                if (type.isInstance(answer) && wanted.test(type.cast(answer))) {
                    return type.cast(answer);
                }
            }
            readMore(deadline, type.getSimpleName().toUpperCase(Locale.ROOT));
        }
    }

    private void readMore(Deadline deadline, String awaited) {
        switch (read(deadline)) {
            case SOME -> {}
            case NOTHING_IN_TIME ->
                throw new AssertionError(clientId + " has not received " + awaited + " within " + deadline);
            case END ->
                throw new AssertionError(
                        "the connection of " + clientId + " has ended" + reason() + ", without " + awaited);
        }
    }

    private ClientSocket.Read read(Deadline deadline) {
        if (ended) {
            return ClientSocket.Read.END;
        }
        ClientSocket.Read read = wire.read(deadline);
        ended |= read == ClientSocket.Read.END;
        answerReleased();
        return read;
    }

    private void answerReleased() {
        try {
            while (!released.isEmpty()) {
                wire.send(PubComp.of(released.remove()));
            }
        } catch (IOException e) {
            // The next read sees the end.
        }
    }

    private String reason() {
        return disconnectReason == null ? "" : " with " + disconnectReason;
    }

    private void onPacket(Packet packet) {
        switch (packet.type()) {
            case PUBLISH -> messages.add((Publish) packet);
            case PUBREL -> released.add(((PubRel) packet).packetId());
            case DISCONNECT -> disconnectReason = ((Disconnect) packet).reason();
            default -> answers.add(packet);
        }
    }

    private int nextPacketId() {
        lastPacketId = lastPacketId == 65_535 ? 1 : lastPacketId + 1;
        return lastPacketId;
    }

    @Override
    public String toString() {
        return "TestClient[clientId=" + clientId + ", ended=" + ended + "]";
    }
}
