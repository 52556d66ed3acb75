package io.maxmq.benchmarks.load;

import java.nio.ByteBuffer;

/** The client of a lasting session: takes, acknowledges and checks what its publisher has sent. Runs on its loop's thread. */
final class SessionSubscriber extends ClientConnection {
    private final LoadLoop loop;
    private final int number;
    private final int payloadBytes;
    private final SequenceCheck check = new SequenceCheck(1);
    private long received;
    private long corrupt;

    SessionSubscriber(LoadLoop loop, int number, int payloadBytes) {
        super(loop, LastingSessions.clientId(number), true);
        this.loop = loop;
        this.number = number;
        this.payloadBytes = payloadBytes;
    }

    int number() {
        return number;
    }

    long received() {
        return received;
    }

    long corrupt() {
        return corrupt;
    }

    SequenceCheck check() {
        return check;
    }

    /** Returns the number of {@code sent} messages that have not arrived. */
    long missing(int sent) {
        return check.lost() + Math.max(0, check.missingAtTail(0, sent));
    }

    @Override
    void onPublish(int header, ByteBuffer in, int body, int end) {
        int position = body + 2 + (in.getShort(body) & 0xFFFF);
        int qos = header >> 1 & 3;
        if (qos > 0) {
            acknowledge(qos == 1 ? Wire.PUBACK : Wire.PUBREC, in.getShort(position) & 0xFFFF);
            position += 2;
        }
        if (loop.endpoint.version() == Wire.V5) {
            position += 1 + in.get(position);
        }
        received++;
        if (end - position != payloadBytes || in.getInt(position + 8) != number) {
            corrupt++;
        } else {
            check.accept(0, in.getInt(position + 12));
        }
    }

    @Override
    void onAcknowledgement(int type, int id) {
        if (type != Wire.PUBREL) {
            throw new ProtocolException("unexpected acknowledgement " + type);
        }
        acknowledge(Wire.PUBCOMP, id);
    }
}
