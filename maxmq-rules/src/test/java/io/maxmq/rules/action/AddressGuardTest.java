package io.maxmq.rules.action;

import io.maxmq.spi.Cidr;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Which addresses rules may reach. All are literals, so nothing is looked up. */
class AddressGuardTest {
    private static final AddressGuard PLAIN = new AddressGuard(Set.of(), List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "255.255.255.255",
                "224.0.0.1",
                "[::1]",
                "[::]",
                "[fe80::1]",
                "[fd00:ec2::254]",
                "[::ffff:127.0.0.1]",
                "[::ffff:a9fe:a9fe]",
                "[64:ff9b::7f00:1]",
                "[2002:7f00:1::]"
            })
    void deniesWhatIsNear(String host) {
        assertThat(PLAIN.problem(host)).contains("not allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "172.32.0.1", "192.169.0.1", "[2606:4700::1111]"})
    void allowsWhatIsPublic(String host) {
        assertThat(PLAIN.problem(host)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.2.3", "[::1]"})
    void allowsWhatIsNamed(String host) {
        AddressGuard guard = new AddressGuard(Set.of(), List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("::1")));
        assertThat(guard.problem(host)).isNull();
        assertThat(guard.problem("10.1.2.3".equals(host) ? "127.0.0.1" : "192.168.0.1"))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "2852039166", "169.254.43518", "[fd00:ec2::254]", "127.1", "0"})
    void deniesAnAddressThatIsWrittenOutWithoutALookup(String host) {
        assertThat(PLAIN.literalProblem(host)).contains("not allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "1.1.1.1", "999.1.1.1", "4294967296", "1.2.3.4.5", "169.254.169.254.example.com"})
    void leavesNamesAndPublicAddressesToTheRequest(String host) {
        assertThat(PLAIN.literalProblem(host)).isNull();
    }
}
