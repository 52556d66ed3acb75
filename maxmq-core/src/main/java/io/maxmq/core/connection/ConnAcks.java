package io.maxmq.core.connection;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import org.jspecify.annotations.Nullable;

/** Builds the answers to one CONNECT, as the version and the wishes of its client allow. Runs on the connection's loop. */
final class ConnAcks {
    private final PacketWriter writer;

    ConnAcks(PacketWriter writer) {
        this.writer = writer;
    }

    /** @param note for people, empty for none; left out where the client does not want it or has no room for it */
    ConnAck accepted(boolean sessionPresent, Properties granted, String note) {
        ConnAck answer = new ConnAck(sessionPresent, ReasonCode.SUCCESS, granted);
        if (note.isEmpty() || !writer.isV5() || !writer.wantsProblemInformation()) {
            return answer;
        }
        ConnAck longer = new ConnAck(
                sessionPresent,
                ReasonCode.SUCCESS,
                granted.toBuilder().set(PropertyId.REASON_STRING, note).build());
        return writer.canSend(longer) ? longer : answer;
    }

    /** @param server that an MQTT 5.0 client should use; null for none */
    ConnAck refused(ConnectRefusal refusal, @Nullable String server) {
        ReasonCode reason = refusal.reason();
        ReasonCode told = reason.allowedIn(PacketType.CONNACK) ? reason : ReasonCode.UNSPECIFIED_ERROR;
        if (!writer.isV5()) {
            return new ConnAck(false, told, Properties.NONE);
        }
        Properties.Builder properties = writer.reasonString(refusal.detail()).toBuilder();
        if (server != null) {
            properties.set(PropertyId.SERVER_REFERENCE, server);
        }
        return new ConnAck(false, told, properties.build());
    }
}
