package io.maxmq.benchmarks.load;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WireTest {
    @Test
    void connectOfBothVersions() {
        assertThat(hex(Wire.connect(4, "a", 60))).isEqualTo("100d 00044d515454 04 02 003c 000161".replace(" ", ""));
        assertThat(hex(Wire.connect(5, "a", 60))).isEqualTo("100e 00044d515454 05 02 003c 00 000161".replace(" ", ""));
    }

    @Test
    void connectOfALastingSession() {
        assertThat(hex(Wire.connect(4, "a", 60, true)))
                .isEqualTo("100d 00044d515454 04 00 003c 000161".replace(" ", ""));
        assertThat(hex(Wire.connect(5, "a", 60, true)))
                .isEqualTo("1013 00044d515454 05 00 003c 05 1100015180 000161".replace(" ", ""));
    }

    @Test
    void subscribeOfBothVersions() {
        assertThat(hex(Wire.subscribe(4, 1, "a/#", 2))).isEqualTo("8208 0001 0003612f23 02".replace(" ", ""));
        assertThat(hex(Wire.subscribe(5, 1, "a/#", 2))).isEqualTo("8209 0001 00 0003612f23 02".replace(" ", ""));
    }

    @Test
    void publishHeadCountsThePayload() {
        assertThat(hex(Wire.publishHead(4, "t", 0, false, 200))).isEqualTo("30cb01 000174".replace(" ", ""));
        assertThat(hex(Wire.publishHead(5, "t", 1, true, 16))).isEqualTo("3316 000174 0001 00".replace(" ", ""));
    }

    @Test
    void acknowledgementsHaveTheFlagsOfTheirType() {
        assertThat(Wire.acknowledgement(Wire.PUBACK, 0x1234)).isEqualTo(0x4002_1234);
        assertThat(Wire.acknowledgement(Wire.PUBREL, 0x1234)).isEqualTo(0x6202_1234);
    }

    @Test
    void readsReceiveMaximumBehindOtherProperties() {
        // topic alias maximum 10, assigned client id "a", receive maximum 32
        ByteBuffer body = bytes("00 00 0a 22000a 12000161 210020");

        assertThat(Wire.receiveMaximum(body, 0, body.limit())).isEqualTo(32);
    }

    @Test
    void receiveMaximumIsUnlimitedWhenAbsent() {
        ByteBuffer body = bytes("00 00 03 22000a");

        assertThat(Wire.receiveMaximum(body, 0, body.limit())).isEqualTo(65_535);
    }

    private static String hex(ByteBuffer packet) {
        byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
