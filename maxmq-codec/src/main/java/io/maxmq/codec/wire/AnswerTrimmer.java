package io.maxmq.codec.wire;

import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.UnsubAck;

/** Takes a property that may be left out from an answer: where the reason string may stand (MQTT 5.0 §2.2.2.2). Stateless. */
final class AnswerTrimmer {
    private AnswerTrimmer() {}

    /** The same answer without {@code property}; other packets stay as they are, their user properties belong to them. */
    static Packet without(Packet packet, PropertyId property) {
        return switch (packet.type()) {
            case CONNACK -> {
                ConnAck p = (ConnAck) packet;
                yield new ConnAck(p.sessionPresent(), p.reason(), p.properties().without(property));
            }
            case PUBACK -> {
                PubAck p = (PubAck) packet;
                yield new PubAck(p.packetId(), p.reason(), p.properties().without(property));
            }
            case PUBREC -> {
                PubRec p = (PubRec) packet;
                yield new PubRec(p.packetId(), p.reason(), p.properties().without(property));
            }
            case PUBREL -> {
                PubRel p = (PubRel) packet;
                yield new PubRel(p.packetId(), p.reason(), p.properties().without(property));
            }
            case PUBCOMP -> {
                PubComp p = (PubComp) packet;
                yield new PubComp(p.packetId(), p.reason(), p.properties().without(property));
            }
            case SUBACK -> {
                SubAck p = (SubAck) packet;
                yield new SubAck(p.packetId(), p.properties().without(property), p.reasons());
            }
            case UNSUBACK -> {
                UnsubAck p = (UnsubAck) packet;
                yield new UnsubAck(p.packetId(), p.properties().without(property), p.reasons());
            }
            case DISCONNECT -> {
                Disconnect p = (Disconnect) packet;
                yield new Disconnect(p.reason(), p.properties().without(property));
            }
            case AUTH -> {
                Auth p = (Auth) packet;
                yield new Auth(p.reason(), p.properties().without(property));
            }
            case CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, PINGRESP -> packet;
        };
    }
}
