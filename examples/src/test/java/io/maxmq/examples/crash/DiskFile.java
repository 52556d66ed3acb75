package io.maxmq.examples.crash;

import io.maxmq.examples.crash.JournaledDisk.Unpromised;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A file of a {@link JournaledDisk}: the bytes that the disk keeps, and what was changed since. */
final class DiskFile implements DiskNode {
    /** As chmod takes them. */
    final int permissions;

    private final Bytes durable;
    private final List<Change> pending = new ArrayList<>();

    /**
     * Bytes written, or a new size.
     *
     * @param at how many records of the journal are before it
     * @param number the offset, or the size when there is no data, in bytes
     * @param data null when only the size changes
     */
    record Change(int at, long number, byte[] data) {}

    DiskFile(byte[] bytes, int permissions) {
        this.durable = new Bytes(bytes, bytes.length);
        this.permissions = permissions;
    }

    void change(Change change) {
        pending.add(change);
    }

    /** A sync that began there has finished. */
    void keep(int before) {
        int count = 0;
        while (count < pending.size() && pending.get(count).at() < before) {
            durable.make(pending.get(count++), Integer.MAX_VALUE);
        }
        pending.subList(0, count).clear();
    }

    /** The bytes that there are. */
    byte[] image(Unpromised unpromised, Random random) {
        Bytes image = durable.copy();
        int kept = unpromised.kept(pending.size(), random);
        pending.subList(0, kept).forEach(change -> image.make(change, Integer.MAX_VALUE));
        if (kept < pending.size()
                && unpromised == Unpromised.TORN
                && pending.get(kept).data() != null) {
            image.make(pending.get(kept), random.nextInt(pending.get(kept).data().length));
        }
        return image.toArray();
    }

    /** Bytes that grow. */
    private static final class Bytes {
        private byte[] bytes;
        private int size;

        Bytes(byte[] bytes, int size) {
            this.bytes = bytes;
            this.size = size;
        }

        /** @param most of the written bytes */
        void make(Change change, int most) {
            byte[] data = change.data();
            int offset = Math.toIntExact(change.number());
            int length = data == null ? 0 : Math.min(most, data.length);
            int newSize = size;
            if (data == null) {
                newSize = offset;
            } else if (length > 0) {
                newSize = Math.max(size, offset + length);
            }
            if (newSize > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(newSize, 2 * bytes.length));
            }
            if (newSize < size) {
                Arrays.fill(bytes, newSize, size, (byte) 0);
            }
            size = newSize;
            if (data != null) {
                System.arraycopy(data, 0, bytes, offset, length);
            }
        }

        Bytes copy() {
            return new Bytes(bytes.clone(), size);
        }

        byte[] toArray() {
            return Arrays.copyOf(bytes, size);
        }
    }
}
