package io.maxmq.core.persistence;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
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
 * The fields of a record about a client: everything that its authorization needs, except for the TLS session, which is
 * not stored. Tenant and client id are in the record's key. Stateless.
 * <pre>
 *   | user name | address | port | listener | version | clean start | keep alive | session expiry | connected at
 *   | attributes: count, each name and value |
 *   local socket: the address is its path, in UTF-8, and the port 65536
 * </pre>
 */
final class ClientRecord {
    /** Replaces the port if the address is the path of a local socket. */
    private static final int LOCAL_SOCKET = 0x10000;

    private ClientRecord() {}

    static void write(RecordWriter record, ClientInfo client) {
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

    /** @throws DamagedRecordException if the fields are invalid */
    static ClientInfo read(RecordReader record, Bytes key) {
        String username = record.readOptionalText();
        SocketAddress address = address(record.readBytes(), record.readSize());
        String listener = record.readText();
        int version = record.readByte();
        if (version >= ProtocolVersion.values().length) {
            throw new DamagedRecordException("unknown protocol version of a client: version=" + version);
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
            throw new DamagedRecordException("invalid client address: " + bytes.length + " bytes");
        } catch (InvalidPathException e) {
            throw new DamagedRecordException("invalid client address: the path of the local socket is invalid");
        }
    }
}
