package io.maxmq.core.limit;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.admin.Ban;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

class BanListPropertyTest {
    /** Few distinct addresses of both IP versions, so that ranges and addresses overlap often. */
    private static InetAddress address(int number) {
        byte[] bytes = new byte[(number & 1) == 0 ? 4 : 16];
        bytes[0] = 10;
        bytes[1] = (byte) (number >> 4 & 3);
        bytes[bytes.length - 1] = (byte) (number >> 1 & 7);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Property(tries = 300)
    void addressIsBannedWhenAnActiveRangeContainsIt(
            @ForAll @Size(max = 30) List<@IntRange(max = 1_000_000) Integer> changes,
            @ForAll @IntRange(max = 63) int asked) {
        BanList list = new BanList();
        List<Ban> model = new ArrayList<>();

        for (int change : changes) {
            InetAddress of = address(change & 63);
            int[] prefixes = {0, 8, 16, 29, 31, of.getAddress().length * 8};
            Cidr range = Cidr.of(of, prefixes[(change >> 6) % prefixes.length]);
            Ban ban = Ban.address(range.toString()).until((change >> 9 & 3) == 0 ? 5 : Ban.FOREVER);
            boolean removes = (change >> 11 & 3) == 0;
            model.removeIf(each -> each.value().equals(ban.value()));
            if (removes) {
                list.remove(ban);
            } else {
                assertThat(list.add(ban, 7)).isTrue();
                model.add(ban);
            }

            boolean expected = model.stream()
                    .anyMatch(
                            each -> !each.isOver(7) && Cidr.parse(each.value()).contains(address(asked)));
            assertThat(list.of(new InetSocketAddress(address(asked), 1), 7) != null)
                    .isEqualTo(expected);
        }
    }
}
