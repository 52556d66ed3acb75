package io.maxmq.core.transport;

import io.maxmq.spi.Cidr;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Whom HTTP proxies speak for. */
class ForwardedForTest {
    private static final ForwardedFor FORWARDED =
            new ForwardedFor(List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8")));

    private static HttpRequestHead request(String fields) throws HttpRequestHead.MalformedException {
        String head = "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
        return HttpRequestHead.parse(head.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String clientOf(String value) throws HttpRequestHead.MalformedException {
        return FORWARDED.clientOf(request("X-Forwarded-For: " + value + "\r\n")).getHostAddress();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "198.51.100.7                                | 198.51.100.7",
                "198.51.100.7, 10.1.1.1                      | 198.51.100.7",
                "203.0.113.9, 198.51.100.7, 10.1.1.1, fd00::1 | 198.51.100.7", // the first may be invented
                "no address, 198.51.100.7,10.1.1.1           | 198.51.100.7",
                "10.1.1.1, 10.2.2.2                          | 10.1.1.1", // all of them are believed
                "198.51.100.7:4711                           | 198.51.100.7",
                "2001:db8::7                                 | 2001:db8:0:0:0:0:0:7",
                "[2001:db8::7]                               | 2001:db8:0:0:0:0:0:7",
                "[2001:db8::7]:4711                          | 2001:db8:0:0:0:0:0:7",
                "198.51.100.7, ::ffff:10.1.1.1               | 198.51.100.7",
            })
    void theClientIsTheLastThatIsNotBelieved(String value, String client) throws Exception {
        assertThat(clientOf(value)).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown",
                "198.51.100.7, unknown",
                "198.51.100.7, 10.1.1.1, localhost",
                "198.51.100.256",
                "198.51.100.7:port",
                "198.51.100.7:4711:4712",
                "[198.51.100.7]",
                "[2001:db8::7",
                "2001:db8::7%eth0",
                "2001:db8::7::1",
                "\"198.51.100.7\"",
                "198.51.100.7 10.1.1.1",
                "0x7f000001",
                "2130706433",
            })
    void whatIsNoAddressBehindItIsRefused(String value) {
        assertThatThrownBy(() -> clientOf(value)).isInstanceOf(HttpRequestHead.MalformedException.class);
    }

    @Test
    @Timeout(10)
    void whatIsLongerThanAnyAddressCostsNothing() {
        String colons = "[" + ":".repeat(7000) + ", 10.1.1.1";

        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> clientOf(colons)).isInstanceOf(HttpRequestHead.MalformedException.class);
        }
    }

    @Test
    void allFieldsAreOneList() throws Exception {
        HttpRequestHead request = request(
                "x-forwarded-for: 203.0.113.9\r\nX-FORWARDED-FOR: 198.51.100.7\r\nX-Forwarded-For: 10.1.1.1\r\n");

        assertThat(FORWARDED.clientOf(request).getHostAddress()).isEqualTo("198.51.100.7");
    }

    @Test
    void thereMayBeNone() throws Exception {
        assertThat(FORWARDED.clientOf(request(""))).isNull();
        assertThat(FORWARDED.clientOf(request("X-Forwarded-For: \r\n"))).isNull();
        assertThat(FORWARDED.clientOf(request("X-Forwarded-For: ,,\r\n"))).isNull();
    }
}
