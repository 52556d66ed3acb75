package io.maxmq.codec.packet;

import io.maxmq.codec.ReasonCode;

/** One of the four acknowledgements of a PUBLISH, which have the same fields. MQTT 5.0 §3.4..3.7. */
public sealed interface PublishAck extends Packet permits PubAck, PubRec, PubRel, PubComp {
    /** Of the PUBLISH, 1..65535. */
    int packetId();

    /** {@code SUCCESS} before 5.0. */
    ReasonCode reason();

    Properties properties();
}
