package io.maxmq.rules.value;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A run of bits that need not be whole bytes. Immutable.
 *
 * @param bytes the bits from the highest of the first byte on; those behind the last are zero
 * @param length of the run, in bits
 */
public record Bits(byte[] bytes, int length) {

    /** Checks the length. */
    public Bits {
        if (length < 0 || bytes.length != (length + 7) / 8) {
            throw new IllegalArgumentException(bytes.length + " bytes do not hold " + length + " bits");
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bits that && length == that.length && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bytes) + length;
    }
}
