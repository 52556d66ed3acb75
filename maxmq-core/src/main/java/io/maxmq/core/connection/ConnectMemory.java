package io.maxmq.core.connection;

import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** What a CONNECT takes of the memory budget while it waits for answers, about. Runs on the connection's loop. Not thread-safe. */
final class ConnectMemory {
    private static final List<PropertyId> TEXTS_AND_DATA = Arrays.stream(PropertyId.values())
            .filter(each -> each.type() == PropertyId.Type.STRING || each.type() == PropertyId.Type.BINARY)
            .toList();

    /** A CONNECT up to this size needs no more room than its connection; a larger one leaves as much as a session does. */
    private static final int SMALL_BYTES = 4096;

    private final Connection connection;
    private final long bytes;

    ConnectMemory(Connection connection, Connect connect) {
        this.connection = connection;
        this.bytes = bytesOf(connect);
    }

    /** Given back by {@link #release}, or when the connection ends; false when there is no memory for it. */
    boolean charge() {
        return connection.charge(bytes, bytes <= SMALL_BYTES ? Lasting.CONNECTION : Lasting.SESSION);
    }

    /**
     * The session has charged what stays, with the name of its owner. Where sessions belong to nobody, the client may claim another
     * name, as long as it likes: the connection stays charged for that.
     *
     * @param claimedLength of a claimed user name that the session has not charged; 0 for none
     */
    void release(int claimedLength) {
        connection.uncharge(Math.max(0, bytes - 4L * claimedLength));
    }

    private static long bytesOf(Connect connect) {
        String user = connect.userName();
        ByteBuffer password = connect.password();
        ConnectWill will = connect.will();
        return bytesOf(connect.properties())
                + 4L * connect.clientId().length()
                + (user == null ? 0 : 4L * user.length())
                + (password == null ? 0 : 2L * password.remaining())
                + (will == null
                        ? 0
                        : will.payload().remaining() + 4L * will.topic().length() + bytesOf(will.properties()));
    }

    private static long bytesOf(Properties properties) {
        if (properties == Properties.NONE) {
            return 0;
        }
        long bytes = 0;
        for (PropertyId each : TEXTS_AND_DATA) {
            String text = each.type() == PropertyId.Type.STRING ? properties.string(each) : null;
            ByteBuffer data = each.type() == PropertyId.Type.BINARY ? properties.binary(each) : null;
            bytes += (text == null ? 0 : 2L * text.length()) + (data == null ? 0 : data.remaining());
        }
        for (UserProperty each : properties.userProperties()) {
            bytes += 2L * (each.name().length() + each.value().length());
        }
        return bytes;
    }
}
