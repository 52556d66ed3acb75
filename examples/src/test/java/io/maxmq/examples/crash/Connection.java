package io.maxmq.examples.crash;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A Network Connection of MQTT 3.1.1 or 5.0, packet by packet, with nothing done on its own: what is resent, with which
 * packet id and DUP, is up to its user. Not thread-safe; {@link #close} may come from any thread.
 */
final class Connection implements AutoCloseable {
    private static final int RECEIVE_MAXIMUM = 0x21;
    private static final int MESSAGE_EXPIRY = 0x02;

    private static final int DEADLINE_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final int version;
    private boolean sessionPresent;
    private int receiveMaximum;

    /**
     * What CONNECT says.
     *
     * @param version 4 or 5
     * @param expirySeconds of the session, 5.0 only; {@link Integer#MAX_VALUE} is sent as never
     * @param receiveMaximum 5.0 only; 0 to say nothing
     * @param will null for none
     */
    record Greeting(int version, String clientId, boolean clean, int expirySeconds, int receiveMaximum, Will will) {}

    /** @param delaySeconds 5.0 only */
    record Will(String topic, byte[] payload, int qos, int delaySeconds) {}

    /** The broker has refused something that it has to do. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private Connection(Socket socket, int version) throws IOException {
        this.socket = socket;
        this.version = version;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 16_384));
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 16_384));
    }

    /** Sends CONNECT and waits for CONNACK. */
    static Connection open(int port, Greeting greeting) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        try {
            socket.setTcpNoDelay(true);
            Connection connection = new Connection(socket, greeting.version());
            connection.connect(greeting);
            connection.flush();
            Packet answer = connection.read(DEADLINE_MILLIS);
            if (answer == null || answer.type() != Packet.CONNACK || answer.reason() != 0) {
                throw new RefusedException("CONNECT of " + greeting.clientId() + " got " + answer);
            }
            connection.sessionPresent = (answer.flags() & 1) != 0;
            connection.receiveMaximum = answer.receiveMaximum();
            return connection;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    boolean sessionPresent() {
        return sessionPresent;
    }

    /** Of the broker: how many of its client's QoS 1 and 2 may be unacknowledged. */
    int receiveMaximum() {
        return receiveMaximum;
    }

    private void connect(Greeting greeting) throws IOException {
        Will will = greeting.will();
        Body body = new Body().text("MQTT").u8(version);
        body.u8((greeting.clean() ? 2 : 0) | (will == null ? 0 : 4 | will.qos() << 3));
        body.u16(300);
        if (version == 5) {
            Body properties = new Body();
            properties.u8(0x11).u32(greeting.expirySeconds() == Integer.MAX_VALUE ? -1 : greeting.expirySeconds());
            if (greeting.receiveMaximum() > 0) {
                properties.u8(RECEIVE_MAXIMUM).u16(greeting.receiveMaximum());
            }
            body.properties(properties);
        }
        body.text(greeting.clientId());
        if (will != null) {
            if (version == 5) {
                body.properties(new Body().u8(0x18).u32(will.delaySeconds()));
            }
            body.text(will.topic()).u16(will.payload().length).bytes(will.payload());
        }
        send(0x10, body);
    }

    /** @param expirySeconds -1 for none */
    void publish(String topic, byte[] payload, int qos, boolean retain, boolean dup, int packetId, int expirySeconds)
            throws IOException {
        Body body = new Body().text(topic).u16(packetId);
        if (version == 5) {
            body.properties(
                    expirySeconds < 0
                            ? new Body()
                            : new Body().u8(MESSAGE_EXPIRY).u32(expirySeconds));
        }
        send(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0), body.bytes(payload));
    }

    /** @param type PUBACK, PUBREC, PUBREL or PUBCOMP */
    void acknowledge(int type, int packetId) throws IOException {
        send(type << 4 | (type == Packet.PUBREL ? 2 : 0), new Body().u16(packetId));
    }

    void subscribe(int packetId, String filter, int qos) throws IOException {
        Body body = new Body().u16(packetId);
        if (version == 5) {
            body.properties(new Body());
        }
        send(0x82, body.text(filter).u8(qos));
    }

    void unsubscribe(int packetId, String filter) throws IOException {
        Body body = new Body().u16(packetId);
        if (version == 5) {
            body.properties(new Body());
        }
        send(0xA2, body.text(filter));
    }

    void disconnect() throws IOException {
        send(0xE0, new Body());
        flush();
    }

    void flush() throws IOException {
        out.flush();
    }

    private void send(int header, Body body) throws IOException {
        byte[] bytes = body.toByteArray();
        out.writeByte(header);
        int left = bytes.length;
        do {
            out.writeByte(left & 0x7F | (left > 0x7F ? 0x80 : 0));
            left >>>= 7;
        } while (left > 0);
        out.write(bytes);
    }

    /** Whether {@link #read} would find something at once. */
    boolean hasInput() throws IOException {
        return in.available() > 0;
    }

    /** The next packet; null when none has begun within that time. */
    Packet read(int timeoutMillis) throws IOException {
        socket.setSoTimeout(timeoutMillis);
        int header;
        try {
            header = in.readUnsignedByte();
        } catch (SocketTimeoutException nothing) {
            return null;
        }
        socket.setSoTimeout(DEADLINE_MILLIS);
        int length = 0;
        for (int shift = 0, digit = 0x80; (digit & 0x80) != 0; shift += 7) {
            digit = in.readUnsignedByte();
            length |= (digit & 0x7F) << shift;
        }
        byte[] body = new byte[length];
        in.readFully(body);
        return Packet.parse(version, header, ByteBuffer.wrap(body));
    }

    /** Cuts the connection, without DISCONNECT. */
    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** The bytes of a packet behind its fixed header. */
    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Body u8(int value) {
            bytes.write(value);
            return this;
        }

        Body u16(int value) {
            return u8(value >> 8).u8(value);
        }

        Body u32(int value) {
            return u16(value >>> 16).u16(value);
        }

        Body bytes(byte[] value) {
            bytes.writeBytes(value);
            return this;
        }

        Body text(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            return u16(utf8.length).bytes(utf8);
        }

        /** Fewer than 128 bytes of them. */
        Body properties(Body properties) {
            byte[] each = properties.toByteArray();
            return u8(each.length).bytes(each);
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
