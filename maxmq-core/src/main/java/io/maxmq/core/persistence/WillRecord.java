package io.maxmq.core.persistence;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The will of a client, in {@link Tables#WILL} under its client id: while it is connected, and until the will's delay has
 * passed. With all that its authorization is asked about.
 *
 * <pre>
 *   | due at, ms (8) | delay, s | expiry, s, + 1 | later, s | client | message, whole |
 *   client: user name | address | port | listener | version | clean start | keep alive | session expiry | connected at
 *           | attributes: count, each name and value
 *   of a local socket the address is its path, in UTF-8, and the port 65536
 * </pre>
 *
 * @param client who set it
 * @param dueAtMillis wall time; 0 while its client is connected
 * @param delaySeconds from the end of the connection on
 * @param expirySeconds of the message, from its publication on; -1 for none
 * @param laterSeconds after which it is routed when it has been published
 */
public record WillRecord(
        ClientInfo client,
        long dueAtMillis,
        long delaySeconds,
        long expirySeconds,
        int laterSeconds,
        MessageRecord message) {
    private static final int VERSION = 1;

    /** In place of a port: what is there of the address is the path of a local socket. */
    private static final int LOCAL_SOCKET = 0x10000;

    /** The value for a will. */
    public static Bytes write(
            Bytes key,
            ClientInfo client,
            long dueAtMillis,
            long delaySeconds,
            long expirySeconds,
            int laterSeconds,
            StoredMessage message) {
        RecordWriter record = new RecordWriter(VERSION, 128 + MessageRecord.sizeOf(message, false))
                .writeLong(dueAtMillis)
                .writeVarint(delaySeconds)
                .writeVarint(expirySeconds + 1)
                .writeVarint(laterSeconds);
        write(record, client);
        return MessageRecord.write(record, message, false).finish(key);
    }

    private static void write(RecordWriter record, ClientInfo client) {
        record.writeOptionalText(client.username().orElse(null));
        byte[] address = {};
        int port = 0;
        if (client.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null) {
            address = inet.getAddress().getAddress();
            port = inet.getPort();
        } else if (client.remoteAddress() instanceof UnixDomainSocketAddress local) {
            address = local.getPath().toString().getBytes(StandardCharsets.UTF_8);
            port = LOCAL_SOCKET;
        }
        record.writeBytes(address)
                .writeVarint(port)
                .writeText(client.listener())
                .writeByte(client.protocolVersion().ordinal())
                .writeByte(client.cleanStart() ? 1 : 0)
                .writeVarint(client.keepAliveSeconds())
                .writeVarint(client.sessionExpirySeconds())
                .writeLong(client.connectedAtEpochMillis())
                .writeVarint(client.attributes().size());
        client.attributes().forEach((name, value) -> record.writeText(name).writeText(value));
    }

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
    public static WillRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.WILL, entry, VERSION);
        long dueAtMillis = record.readLong();
        long delaySeconds = record.readVarint();
        long expirySeconds = record.readVarint() - 1;
        int laterSeconds = record.readSize();
        ClientInfo client = client(record, entry.key());
        return new WillRecord(
                client, dueAtMillis, delaySeconds, expirySeconds, laterSeconds, MessageRecord.read(record));
    }

    private static ClientInfo client(RecordReader record, Bytes key) {
        String username = record.readOptionalText();
        SocketAddress address = address(record.readBytes(), record.readSize());
        String listener = record.readText();
        int version = record.readByte();
        if (version >= ProtocolVersion.values().length) {
            throw new DamagedRecordException("unknown protocol version in a will: version=" + version);
        }
        ClientInfo.Builder client = ClientInfo.builder(
                        OwnerKey.nameIn(key), ProtocolVersion.values()[version], address, listener)
                .tenant(new Tenant(ShardedKey.parse(key).tenant()))
                .username(username)
                .cleanStart(record.readByte() != 0)
                .keepAliveSeconds(record.readSize())
                .sessionExpirySeconds(record.readVarint())
                .connectedAtEpochMillis(record.readLong());
        Map<String, String> attributes = new TreeMap<>();
        for (int left = record.readSize(); left > 0; left--) {
            String name = record.readText();
            attributes.put(name, record.readText());
        }
        return client.attributes(attributes).build();
    }

    private static SocketAddress address(byte[] bytes, int port) {
        try {
            if (port == LOCAL_SOCKET) {
                return UnixDomainSocketAddress.of(new String(bytes, StandardCharsets.UTF_8));
            }
            return bytes.length == 0
                    ? InetSocketAddress.createUnresolved("in-process", 0)
                    : new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new DamagedRecordException("an address in a will has " + bytes.length + " bytes");
        } catch (InvalidPathException e) {
            throw new DamagedRecordException("an address in a will is no path");
        }
    }
}
