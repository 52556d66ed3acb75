package io.maxmq.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CidrTest {
    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean sharesBits(byte[] a, byte[] b, int bits) {
        for (int i = 0; i < bits; i++) {
            if ((a[i / 8] >> 7 - i % 8 & 1) != (b[i / 8] >> 7 - i % 8 & 1)) {
                return false;
            }
        }
        return true;
    }

    @Property(tries = 200)
    void containsWhatSharesThePrefix(
            @ForAll @Size(16) byte[] one, @ForAll @Size(16) byte[] other, @ForAll @IntRange(max = 128) int common) {
        for (int length : List.of(4, 16)) {
            byte[] a = java.util.Arrays.copyOf(one, length);
            byte[] b = java.util.Arrays.copyOf(other, length);
            for (int i = 0; i < Math.min(common, length * 8); i++) { // else they hardly ever share anything
                int bit = 1 << 7 - i % 8;
                b[i / 8] = (byte) (b[i / 8] & ~bit | a[i / 8] & bit);
            }
            if (address(a).getAddress().length != length || address(b).getAddress().length != length) {
                return; // IPv4 written as IPv6
            }
            for (int prefix = 0; prefix <= length * 8; prefix += 3) {
                Cidr range = Cidr.of(address(a), prefix);
                assertThat(range.contains(address(b))).isEqualTo(sharesBits(a, b, prefix));
                assertThat(Cidr.parse(range.toString())).isEqualTo(range).hasSameHashCodeAs(range);
            }
        }
    }

    @Test
    void readsAddressesAndRanges() {
        assertThat(Cidr.parse("10.1.2.3/8")).hasToString("10.0.0.0/8");
        assertThat(Cidr.parse("10.1.2.3")).hasToString("10.1.2.3/32");
        assertThat(Cidr.parse("255.255.255.255/0")).hasToString("0.0.0.0/0");
        assertThat(Cidr.parse("2001:db8:ff::1/32")).hasToString("2001:db8:0:0:0:0:0:0/32");
        assertThat(Cidr.parse("::1").prefix()).isEqualTo(128);
        assertThat(Cidr.parse("::ffff:10.0.0.1")).isEqualTo(Cidr.parse("10.0.0.1"));
        assertThat(Cidr.parse("0.0.0.0/0").contains(new InetSocketAddress("::1", 1)))
                .isFalse();
        assertThat(Cidr.parse("0.0.0.0/0").contains(InetSocketAddress.createUnresolved("host", 1)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "localhost",
                "10.0.0",
                "10.0.0.256",
                "10.0.0.1/33",
                "10.0.0.1/",
                "10.0.0.1/-1",
                "10.0.0.1/8/8",
                "::1/129",
                "fe80::1%eth0",
                "1",
                "abcd",
                ":::",
                "10.0.0.1 ",
                "0x0a.0.0.1"
            })
    void readsNothingElse(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text)).withMessageContaining(text);
    }
}
