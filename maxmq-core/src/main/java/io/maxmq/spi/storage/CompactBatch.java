package io.maxmq.spi.storage;

/** Copies the slices of a batch out of the larger arrays that they were cut from. Stateless. */
final class CompactBatch {
    private CompactBatch() {}

    static Batch of(Batch batch) {
        for (Mutation mutation : batch.mutations()) {
            if (!isCompact(mutation)) {
                return copy(batch);
            }
        }
        return batch;
    }

    private static boolean isCompact(Mutation mutation) {
        if (mutation instanceof Mutation.Put put) {
            return isCompact(put.key()) && isCompact(put.value());
        } else if (mutation instanceof Mutation.Delete delete) {
            return isCompact(delete.key());
        } else if (mutation instanceof Mutation.DeleteRange delete) {
            Bytes to = delete.range().to();
            return isCompact(delete.range().from()) && (to == null || isCompact(to));
        }
        return isCompact(((Mutation.Add) mutation).key());
    }

    @SuppressWarnings("ReferenceEquality") // itself when there is nothing to copy
    private static boolean isCompact(Bytes bytes) {
        return bytes.compact() == bytes;
    }

    private static Batch copy(Batch batch) {
        Batch.Builder copy = Batch.builder(batch.shard());
        for (Precondition each : batch.preconditions()) {
            if (each instanceof Precondition.Absent) {
                copy.requireAbsent(each.table(), each.key());
            } else if (each instanceof Precondition.EqualTo equal) {
                copy.requireEqual(each.table(), each.key(), equal.value());
            } else {
                copy.requireVersionBelow(each.table(), each.key(), ((Precondition.VersionBelow) each).limit());
            }
        }
        for (Mutation each : batch.mutations()) {
            if (each instanceof Mutation.Put put) {
                copy.put(put.table(), put.key().compact(), put.value().compact());
            } else if (each instanceof Mutation.Delete delete) {
                copy.delete(delete.table(), delete.key().compact());
            } else if (each instanceof Mutation.DeleteRange delete) {
                Bytes to = delete.range().to();
                copy.deleteRange(
                        delete.table(),
                        new KeyRange(delete.range().from().compact(), to == null ? null : to.compact()));
            } else {
                Mutation.Add add = (Mutation.Add) each;
                copy.add(add.table(), add.key().compact(), add.delta());
            }
        }
        return batch.mayUseReserve() ? copy.mayUseReserve().build() : copy.build();
    }
}
