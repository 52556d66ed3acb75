package io.maxmq.junit;

import io.maxmq.codec.PacketType;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.EnumSet;
import java.util.Set;

/**
 * Carries one direction of a connection, packet by packet, and applies the faults. Acknowledgements, CONNECT and CONNACK are
 * read as a whole and looked at; everything else passes as it comes, and so does all from the first bytes on that are no MQTT.
 * Runs on a thread of its own.
 */
final class Pump implements Runnable {
    /** Longer ones are passed on without a look. */
    static final int MAX_WHOLE_FRAME_BYTES = 1 << 20;

    private static final Set<PacketType> LOOKED_AT = EnumSet.of(
            PacketType.CONNECT,
            PacketType.CONNACK,
            PacketType.PUBACK,
            PacketType.PUBREC,
            PacketType.PUBREL,
            PacketType.PUBCOMP);

    private static final int MAX_LENGTH_BYTES = 4;
    private static final int END = -1;
    private static final int NO_MQTT = -2;

    private final ProxiedConnection connection;
    private final AckFault.Sender sender;
    private final Socket source;
    private final PumpOutput output;
    private final LateAcks lateAcks;
    private final byte[] chunk = new byte[16 * 1024];

    /** Read by the other direction's thread. */
    private volatile boolean ended;

    Pump(ProxiedConnection connection, AckFault.Sender sender, Socket source, Socket sink) {
        this.connection = connection;
        this.sender = sender;
        this.source = source;
        this.output = new PumpOutput(connection, sender, sink);
        this.lateAcks = new LateAcks(connection, output);
    }

    @Override
    public void run() {
        try {
            pass(new BufferedInputStream(source.getInputStream()));
            lateAcks.stop();
            output.end();
        } catch (IOException e) {
            connection.reset(); // one side broke: so does the other
        } catch (InterruptedException e) {
            // The connection was reset.
        } finally {
            ended = true;
            connection.onEnd();
        }
    }

    private void pass(InputStream in) throws IOException, InterruptedException {
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            ByteArrayOutputStream header = new ByteArrayOutputStream(1 + MAX_LENGTH_BYTES);
            header.write(first);
            int length = readLength(in, header);
            if (length < 0) {
                output.write(header.toByteArray());
                passRaw(in);
                return;
            }
            PacketType type = PacketType.of(first >> 4);
            if (type != null && LOOKED_AT.contains(type) && length <= MAX_WHOLE_FRAME_BYTES - header.size()) {
                passWhole(type, header, in, length);
            } else {
                output.copy(header.toByteArray(), in, length, chunk);
            }
        }
    }

    /** The remaining length (MQTT 5.0 §2.1.4); its bytes are added to the header. */
    private static int readLength(InputStream in, ByteArrayOutputStream header) throws IOException {
        int length = 0;
        for (int i = 0; i < MAX_LENGTH_BYTES; i++) {
            int next = in.read();
            if (next < 0) {
                return END;
            }
            header.write(next);
            length |= (next & 0x7F) << (7 * i);
            if (next < 0x80) {
                return length;
            }
        }
        return NO_MQTT;
    }

    private void passWhole(PacketType type, ByteArrayOutputStream frame, InputStream in, int length)
            throws IOException, InterruptedException {
        byte[] body = in.readNBytes(length);
        frame.writeBytes(body);
        byte[] bytes = frame.toByteArray();
        if (body.length < length) {
            output.write(bytes); // the end has come first
            return;
        }
        if (type == PacketType.CONNECT || type == PacketType.CONNACK) {
            connection.onHandshake(type, bytes);
        } else if (meetsFault(type, bytes)) {
            return;
        }
        output.write(bytes);
    }

    /** Returns whether it was lost, or put aside. */
    private boolean meetsFault(PacketType type, byte[] bytes) {
        String clientId = connection.clientId();
        if (clientId == null) {
            return false;
        }
        AckFault fault = connection.proxy().rules().find(clientId, sender, type);
        AckFault.Kind kind = fault == null ? null : fault.apply();
        if (fault == null || kind == null) {
            return lateAcks.addBehindOthers(type, bytes);
        }
        if (kind != AckFault.Kind.LOSE) {
            lateAcks.add(type, fault, bytes);
        }
        return true;
    }

    private void passRaw(InputStream in) throws IOException, InterruptedException {
        for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
            output.write(chunk, length);
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** The sockets are closed. */
    void stop() {
        lateAcks.stop();
    }
}
