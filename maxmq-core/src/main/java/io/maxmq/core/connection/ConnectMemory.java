package io.maxmq.core.connection;

import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.codec.packet.Will;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import java.nio.ByteBuffer;

/** What a CONNECT takes of the memory budget while it waits for answers, about. Runs on the connection's loop. Not thread-safe. */
final class ConnectMemory {
    private final Connection connection;
    private final long bytes;

    ConnectMemory(Connection connection, Connect connect) {
        this.connection = connection;
        this.bytes = bytesOf(connect);
    }

    /** Given back by {@link #release}, or when the connection ends; false when there is no memory for it. */
    boolean charge() {
        return connection.charge(bytes, Lasting.SESSION);
    }

    /** The session has charged what stays. */
    void release() {
        connection.uncharge(bytes);
    }

    private static long bytesOf(Connect connect) {
        String user = connect.userName();
        ByteBuffer password = connect.password();
        Will will = connect.will();
        ByteBuffer data = connect.properties().binary(PropertyId.AUTHENTICATION_DATA);
        long propertyBytes = data == null ? 0 : data.remaining();
        for (UserProperty each : connect.properties().userProperties()) {
            propertyBytes += 2L * (each.name().length() + each.value().length());
        }
        return propertyBytes
                + 4L * connect.clientId().length()
                + (user == null ? 0 : 4L * user.length())
                + (password == null ? 0 : 2L * password.remaining())
                + (will == null
                        ? 0
                        : will.payload().remaining() + 4L * will.topic().length());
    }
}
