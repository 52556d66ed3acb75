package io.maxmq.auth;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

/** What comes from others is read, or refused as what it should have been, and nothing else. */
class UntrustedBytesPropertyTest {

    private static void readOrRefused(Runnable reading) {
        try {
            reading.run();
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Property(tries = 500)
    void anyBytesAreANameOrNone(@ForAll byte[] bytes) {
        readOrRefused(() -> DistinguishedName.commonNames(bytes));
    }

    /** Nearly DER: lengths and tags that mean something. */
    @Provide
    Arbitrary<byte[]> elements() {
        return Arbitraries.bytes()
                .list()
                .ofMaxSize(30)
                .map(bytes -> bytes.stream()
                        .map(each -> (byte) (each % 3 == 0 ? 0x30 : each % 5 == 0 ? 0x31 : Math.abs(each) % 20))
                        .toList())
                .map(bytes -> {
                    byte[] array = new byte[bytes.size()];
                    for (int i = 0; i < array.length; i++) {
                        array[i] = bytes.get(i);
                    }
                    return array;
                });
    }

    @Property(tries = 500)
    void elementsAreANameOrNone(@ForAll("elements") byte[] bytes) {
        readOrRefused(() -> DistinguishedName.commonNames(bytes));
    }

    @Provide
    Arbitrary<String> messages() {
        return Arbitraries.strings()
                .withChars("npyacrime=,2C3D \u0000\u00AD\uD800x")
                .ofMaxLength(20);
    }

    @Property(tries = 1000)
    void anyTextIsAMessageOfScramOrNone(@ForAll("messages") String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        readOrRefused(() -> assertThat(ScramClientFirst.parse(bytes).user()).isNotEmpty());
        readOrRefused(() -> assertThat(ScramClientFirst.parse(("n,," + text).getBytes(StandardCharsets.UTF_8))
                        .header())
                .isEqualTo("n,,"));
        readOrRefused(() -> assertThat(ScramClientFinal.parse(bytes).proof()).hasSize(32));
    }

    @Property(tries = 300)
    void anyBytesAreKeysOrNone(@ForAll byte[] bytes) {
        readOrRefused(() -> TokenKeyText.parse(bytes));
        readOrRefused(() ->
                TokenKeyText.parse(("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"" + bytes.length + "\",\"e\":\"AQAB\"}]}")
                        .getBytes(StandardCharsets.UTF_8)));
    }

    @Property(tries = 300)
    void anyTextIsATokenOrNone(@ForAll String text) {
        readOrRefused(() -> NimbusTokens.parse("e" + text + ".e30."));
    }
}
