package io.maxmq.core.observe;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.LoopStalled;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import java.util.Map;
import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * Broker events in flight recordings: each kind in {@code RECORDED} has a JFR event with fields copied from it. While
 * no recording wants a kind, no JFR event of it is created; one probe instance per kind checks that. Thread-safe.
 */
@SuppressWarnings("UnusedVariable") // JFR reads the fields
final class FlightEvents {

    /** In a class of its own, so that the flight recorder is loaded with the first recording, not with the broker. */
    private static final class Probes {
        static final DropEvent DROP = new DropEvent();

        static final Map<Class<? extends BrokerEvent>, Recorded<?>> RECORDED = Map.of(
                ClientConnected.class, new Recorded<>(ClientConnected.class, new ConnectEvent(), ConnectEvent::new),
                ClientDisconnected.class,
                        new Recorded<>(ClientDisconnected.class, new DisconnectEvent(), DisconnectEvent::new),
                MessageDropped.class, new Recorded<>(MessageDropped.class, DROP, DropEvent::new),
                LoopStalled.class, new Recorded<>(LoopStalled.class, new StallEvent(), StallEvent::new));
    }

    private record Recorded<E extends BrokerEvent>(
            Class<E> kind, FlightEvent<E> probe, Supplier<? extends FlightEvent<E>> create) {
        void record(String broker, BrokerEvent event) {
            if (probe.isEnabled()) {
                FlightEvent<E> recorded = create.get();
                recorded.broker = broker;
                recorded.take(kind.cast(event));
                recorded.commit();
            }
        }
    }

    private FlightEvents() {}

    /** Returns whether a recording currently wants events of this kind. */
    static boolean wants(Class<? extends BrokerEvent> kind) {
        if (!FlightRecorder.isInitialized()) {
            return false;
        }
        Recorded<?> recorded = Probes.RECORDED.get(kind);
        return recorded != null && recorded.probe.isEnabled();
    }

    /** Same as {@link #wants} for {@link MessageDropped}. */
    static boolean wantsDropped() { // hot: per drop
        return FlightRecorder.isInitialized() && Probes.DROP.isEnabled();
    }

    /** Records the event, if a recording wants its kind. */
    static void record(String broker, BrokerEvent event) {
        if (FlightRecorder.isInitialized()) {
            Recorded<?> recorded = Probes.RECORDED.get(event.getClass());
            if (recorded != null) {
                recorded.record(broker, event);
            }
        }
    }

    @Category({"MaxMQ"})
    @StackTrace(false)
    private abstract static class FlightEvent<E extends BrokerEvent> extends Event {
        @Label("Broker")
        String broker = "";

        /** Copies the fields of the broker event. */
        abstract void take(E event);
    }

    private abstract static class ClientEvent<E extends BrokerEvent> extends FlightEvent<E> {
        @Label("Tenant")
        String tenant = "";

        @Label("Client Identifier")
        String clientId = "";

        @Label("Remote Address")
        String remoteAddress = "";

        void take(ClientInfo client) {
            tenant = client.tenant().name();
            clientId = client.clientId();
            remoteAddress = client.remoteAddress().toString();
        }
    }

    @Name("io.maxmq.Connect")
    @Label("MQTT Connect")
    private static final class ConnectEvent extends ClientEvent<ClientConnected> {
        @Label("Listener")
        private String listener = "";

        @Label("Protocol Version")
        private String protocolVersion = "";

        @Label("Session Present")
        private boolean sessionPresent;

        @Override
        void take(ClientConnected event) {
            take(event.client());
            listener = event.client().listener();
            protocolVersion = event.client().protocolVersion().name();
            sessionPresent = event.sessionPresent();
        }
    }

    @Name("io.maxmq.Disconnect")
    @Label("MQTT Disconnect")
    private static final class DisconnectEvent extends ClientEvent<ClientDisconnected> {
        @Label("Ended By")
        private String by = "";

        @Label("Reason Code")
        private String reasonCode = "";

        @Override
        void take(ClientDisconnected event) {
            take(event.client());
            by = event.by().name();
            reasonCode = event.reasonCode().name();
        }
    }

    @Name("io.maxmq.Drop")
    @Label("MQTT Message Dropped")
    private static final class DropEvent extends FlightEvent<MessageDropped> {
        @Label("Client Identifier")
        private String clientId = "";

        @Label("Topic")
        private String topic = "";

        @Label("Reason")
        private String reason = "";

        @Label("Messages")
        private long count;

        @Label("Payload Bytes")
        @DataAmount
        private long bytes;

        @Override
        void take(MessageDropped event) {
            clientId = event.clientId();
            topic = event.topic();
            reason = event.reason().name();
            count = event.count();
            bytes = event.bytes();
        }
    }

    @Name("io.maxmq.Stall")
    @Label("Event Loop Stalled")
    private static final class StallEvent extends FlightEvent<LoopStalled> {
        @Label("Loop")
        private String loop = "";

        @Label("Stalled")
        @Timespan(Timespan.NANOSECONDS)
        private long stalledNanos;

        @Override
        void take(LoopStalled event) {
            loop = event.loop();
            stalledNanos = event.stalled().toNanos();
        }
    }
}
