package io.maxmq.spi.storage;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class BytesTest {

    private static Bytes of(int... bytes) {
        byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return Bytes.wrap(array);
    }

    @Test
    void ordersAsUnsignedBytesWithPrefixesFirst() {
        assertThat(of(0x7F)).isLessThan(of(0x80));
        assertThat(of(1)).isLessThan(of(1, 0));
        assertThat(of(1, 0xFF)).isLessThan(of(2));
        assertThat(Bytes.EMPTY).isLessThan(of(0));
        assertThat(of(1, 2)).isEqualByComparingTo(of(0, 1, 2, 3).slice(1, 3));
    }

    @Test
    void isEqualWhereverItsArrayBegins() {
        Bytes slice = of(9, 1, 2, 9).slice(1, 3);

        assertThat(slice).isEqualTo(of(1, 2)).hasSameHashCodeAs(of(1, 2)).isNotEqualTo(of(1, 3));
        assertThat(slice.startsWith(of(1))).isTrue();
        assertThat(slice.startsWith(of(9))).isFalse();
        assertThat(slice.startsWith(of(1, 2, 9))).isFalse();
        assertThat(slice.concat(of(9, 7).slice(1, 2))).isEqualTo(of(1, 2, 7));
        assertThat(slice.slice(1, 2).byteAt(0)).isEqualTo((byte) 2);
    }

    @Test
    void neverReadsBeyondASlice() {
        Bytes slice = of(9, 1, 2, 9).slice(1, 3);

        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.byteAt(2));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.byteAt(-1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.slice(0, 3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Bytes.wrap(new byte[10]).slice(1, 8).longAt(0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Bytes.wrap(new byte[2], 1, 2));
    }

    @Test
    void sharesWhatItWrapsAndCopiesWhatItGivesAway() {
        byte[] array = {1, 2, 3};
        Bytes all = Bytes.wrap(array);
        Bytes part = all.slice(1, 3);

        assertThat(all.array()).isSameAs(array);
        assertThat(all.compact()).isSameAs(all);
        assertThat(all.toArray()).isEqualTo(array).isNotSameAs(array);
        assertThat(part.array()).containsExactly(2, 3);
        Bytes own = part.compact();
        assertThat(own).isEqualTo(part);
        assertThat(own.array()).isSameAs(own.array());
    }

    @Test
    void copiesASliceIntoAnArray() {
        byte[] target = new byte[4];

        of(9, 1, 2, 9).slice(1, 3).copyTo(target, 1);

        assertThat(target).containsExactly(0, 1, 2, 0);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> of(1, 2).copyTo(target, 3));
    }

    @Test
    void showsItselfAsAReadOnlyBuffer() {
        ByteBuffer buffer = of(9, 1, 2, 9).slice(1, 3).asByteBuffer();

        assertThat(buffer.remaining()).isEqualTo(2);
        assertThat(buffer.get(0)).isEqualTo((byte) 1);
        assertThatExceptionOfType(ReadOnlyBufferException.class).isThrownBy(() -> buffer.put(0, (byte) 5));
        assertThat(Bytes.copyOf(buffer)).isEqualTo(of(1, 2));
        assertThat(buffer.remaining()).isEqualTo(2);
    }

    @Test
    void writesAndReadsNumbersBigEndian() {
        assertThat(Bytes.ofLong(0x0102030405060708L)).isEqualTo(of(1, 2, 3, 4, 5, 6, 7, 8));
        for (long number : new long[] {0, 1, -1, 255, 256, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThat(of(7).concat(Bytes.ofLong(number)).longAt(1)).isEqualTo(number);
        }
        assertThat(Bytes.ofLong(255)).isLessThan(Bytes.ofLong(256));
    }

    @Test
    void findsTheEndOfAPrefix() {
        assertThat(of(1, 2).prefixEnd()).isEqualTo(of(1, 3));
        assertThat(of(1, 0xFF, 0xFF).prefixEnd()).isEqualTo(of(2));
        assertThat(of(0x7F).prefixEnd()).isEqualTo(of(0x80));
        assertThat(of(9, 1, 9).slice(1, 2).prefixEnd()).isEqualTo(of(2));
        assertThat(of(0xFF, 0xFF).prefixEnd()).isNull();
        assertThat(Bytes.EMPTY.prefixEnd()).isNull();
    }

    @Test
    void printsNoMoreThanTheBeginning() {
        assertThat(of(1, 0xAB)).hasToString("01ab");
        assertThat(Bytes.wrap(new byte[33]).toString()).isEqualTo("00".repeat(32) + "…(33 bytes)");
    }
}
