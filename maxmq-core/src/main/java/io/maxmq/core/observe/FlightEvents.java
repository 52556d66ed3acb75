package io.maxmq.core.observe;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * What a flight recording shows of the broker. While no recording wants an event, nothing is created: a probe of each
 * kind, made once, tells. Thread-safe.
 */
@SuppressWarnings("UnusedVariable") // JFR reads the fields
public final class FlightEvents {

    /** Apart, so that the flight recorder's machinery loads with the first recording, not with the broker. */
    private static final class Probes {
        static final ConnectEvent CONNECT = new ConnectEvent();
        static final DisconnectEvent DISCONNECT = new DisconnectEvent();
        static final DropEvent DROP = new DropEvent();
        static final StallEvent STALL = new StallEvent();
    }

    private FlightEvents() {}

    /** CONNACK with success was sent. */
    public static void connect(String broker, ClientInfo client, boolean sessionPresent) {
        if (!FlightRecorder.isInitialized() || !Probes.CONNECT.isEnabled()) {
            return;
        }
        ConnectEvent event = new ConnectEvent();
        event.broker = broker;
        event.tenant = client.tenant().name();
        event.clientId = client.clientId();
        event.remoteAddress = client.remoteAddress().toString();
        event.listener = client.listener();
        event.protocolVersion = client.protocolVersion().name();
        event.sessionPresent = sessionPresent;
        event.commit();
    }

    /** A connection that had been accepted by CONNACK is gone. */
    public static void disconnect(String broker, ClientInfo client, Initiator by, ReasonCode reasonCode) {
        if (!FlightRecorder.isInitialized() || !Probes.DISCONNECT.isEnabled()) {
            return;
        }
        DisconnectEvent event = new DisconnectEvent();
        event.broker = broker;
        event.tenant = client.tenant().name();
        event.clientId = client.clientId();
        event.remoteAddress = client.remoteAddress().toString();
        event.by = by.name();
        event.reasonCode = reasonCode.name();
        event.commit();
    }

    /** Whether drops are recorded now. */
    public static boolean recordsDrops() { // hot: per drop
        return FlightRecorder.isInitialized() && Probes.DROP.isEnabled();
    }

    /** Messages were lost on purpose. */
    public static void drop(String broker, String clientId, String topic, DropReason reason, long count, long bytes) {
        if (!recordsDrops()) {
            return;
        }
        DropEvent event = new DropEvent();
        event.broker = broker;
        event.clientId = clientId;
        event.topic = topic;
        event.reason = reason.name();
        event.count = count;
        event.bytes = bytes;
        event.commit();
    }

    /** An event loop has not turned for a while. */
    public static void stall(String broker, String loop, long stalledNanos) {
        if (!FlightRecorder.isInitialized() || !Probes.STALL.isEnabled()) {
            return;
        }
        StallEvent event = new StallEvent();
        event.broker = broker;
        event.loop = loop;
        event.stalledNanos = stalledNanos;
        event.commit();
    }

    @Name("io.maxmq.Connect")
    @Label("MQTT Connect")
    @Category({"MaxMQ"})
    @StackTrace(false)
    private static final class ConnectEvent extends Event {
        @Label("Broker")
        private String broker = "";

        @Label("Tenant")
        private String tenant = "";

        @Label("Client Identifier")
        private String clientId = "";

        @Label("Remote Address")
        private String remoteAddress = "";

        @Label("Listener")
        private String listener = "";

        @Label("Protocol Version")
        private String protocolVersion = "";

        @Label("Session Present")
        private boolean sessionPresent;
    }

    @Name("io.maxmq.Disconnect")
    @Label("MQTT Disconnect")
    @Category({"MaxMQ"})
    @StackTrace(false)
    private static final class DisconnectEvent extends Event {
        @Label("Broker")
        private String broker = "";

        @Label("Tenant")
        private String tenant = "";

        @Label("Client Identifier")
        private String clientId = "";

        @Label("Remote Address")
        private String remoteAddress = "";

        @Label("Ended By")
        private String by = "";

        @Label("Reason Code")
        private String reasonCode = "";
    }

    @Name("io.maxmq.Drop")
    @Label("MQTT Message Dropped")
    @Category({"MaxMQ"})
    @StackTrace(false)
    private static final class DropEvent extends Event {
        @Label("Broker")
        private String broker = "";

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
    }

    @Name("io.maxmq.Stall")
    @Label("Event Loop Stalled")
    @Category({"MaxMQ"})
    @StackTrace(false)
    private static final class StallEvent extends Event {
        @Label("Broker")
        private String broker = "";

        @Label("Loop")
        private String loop = "";

        @Label("Stalled")
        @Timespan(Timespan.NANOSECONDS)
        private long stalledNanos;
    }
}
