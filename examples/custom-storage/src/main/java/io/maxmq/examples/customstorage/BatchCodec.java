package io.maxmq.examples.customstorage;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Precondition;
import io.maxmq.spi.storage.Table;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A batch in bytes: its shard; then its preconditions and mutations, each a letter and what it has; then a dot. */
final class BatchCodec {
    private BatchCodec() {}

    static void write(Batch batch, DataOutputStream out) throws IOException {
        out.writeByte(batch.shard());
        for (Precondition each : batch.preconditions()) {
            if (each instanceof Precondition.Absent) {
                begin('a', each.table(), each.key(), out);
            } else if (each instanceof Precondition.EqualTo equal) {
                begin('e', each.table(), each.key(), out);
                write(equal.value(), out);
            } else {
                begin('v', each.table(), each.key(), out);
                out.writeLong(((Precondition.VersionBelow) each).limit());
            }
        }
        for (Mutation each : batch.mutations()) {
            if (each instanceof Mutation.Put put) {
                begin('P', put.table(), put.key(), out);
                write(put.value(), out);
            } else if (each instanceof Mutation.Delete delete) {
                begin('D', delete.table(), delete.key(), out);
            } else if (each instanceof Mutation.Add add) {
                begin('A', add.table(), add.key(), out);
                out.writeLong(add.delta());
            } else {
                Mutation.DeleteRange delete = (Mutation.DeleteRange) each;
                begin('R', delete.table(), delete.range().from(), out);
                write(delete.range().to(), out);
            }
        }
        out.writeByte('.');
    }

    private static void begin(char kind, Table table, Bytes key, DataOutputStream out) throws IOException {
        out.writeByte(kind);
        out.writeUTF(table.name());
        write(key, out);
    }

    private static void write(@Nullable Bytes bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length());
        if (bytes != null) {
            out.write(bytes.array());
        }
    }

    static Batch read(DataInputStream in) throws IOException {
        Batch.Builder batch = Batch.builder(in.readUnsignedByte());
        for (int kind = in.readByte(); kind != '.'; kind = in.readByte()) {
            Table table = new Table(in.readUTF());
            Bytes key = bytes(in);
            switch (kind) {
                case 'a' -> batch.requireAbsent(table, key);
                case 'e' -> batch.requireEqual(table, key, bytes(in));
                case 'v' -> batch.requireVersionBelow(table, key, in.readLong());
                case 'P' -> batch.put(table, key, bytes(in));
                case 'D' -> batch.delete(table, key);
                case 'A' -> batch.add(table, key, in.readLong());
                case 'R' -> batch.deleteRange(table, new KeyRange(key, bytesOrNull(in)));
                default -> throw new IOException("no such part of a batch: " + kind);
            }
        }
        return batch.build();
    }

    private static Bytes bytes(DataInputStream in) throws IOException {
        return Bytes.wrap(in.readNBytes(in.readInt()));
    }

    private static @Nullable Bytes bytesOrNull(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : Bytes.wrap(in.readNBytes(length));
    }
}
