package io.maxmq.auth;

import io.maxmq.spi.Tenant;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CredentialFilePropertyTest {
    private static final Path FILE = Path.of("passwd");
    private static final String HASH = "$6$AAAA$" + "A".repeat(86);

    @Property(tries = 2000)
    void anyBytesAreUsersOrAnErrorWithItsLine(@ForAll byte[] bytes) {
        parseOrSayWhere(bytes);
    }

    @Property(tries = 2000)
    void soAreLinesThatAreNearlyRight(@ForAll("lines") List<String> lines) {
        parseOrSayWhere(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private static void parseOrSayWhere(byte[] bytes) {
        int lines = 1;
        for (byte each : bytes) {
            lines += each == '\n' ? 1 : 0;
        }
        try {
            CredentialFile parsed = CredentialFile.parse(FILE, bytes);
            assertThat(parsed.of(TenantUser.of(""))).isNull();
            assertThat(parsed.size()).isLessThanOrEqualTo(lines);
        } catch (AccessFileException e) {
            assertThat(e.line()).isBetween(1, lines);
            assertThat(e).hasMessageStartingWith("passwd:" + e.line() + ": ");
        }
    }

    @Provide
    Arbitrary<List<String>> lines() {
        return Arbitraries.of(
                        "",
                        " ",
                        "\r",
                        "# user:x",
                        ":",
                        ":" + HASH,
                        " :" + HASH,
                        "a:" + HASH,
                        "a:" + HASH + "\r",
                        "b:" + HASH + " ",
                        "c:",
                        "d:secret",
                        "e",
                        "\u0001:" + HASH,
                        "f:$7$101$AAAA$" + "A".repeat(86),
                        "g:$7$101$AAAA$" + "A".repeat(85),
                        "h:$7$$AAAA$",
                        "\uFEFF",
                        "i:x:" + HASH)
                .list()
                .ofMaxSize(6);
    }

    @Property(tries = 500)
    void whatIsWrittenIsRead(@ForAll("users") Map<String, String> users) {
        StringBuilder text = new StringBuilder("# users\n\n");
        users.forEach((user, hash) -> text.append(user).append(':').append(hash).append('\n'));

        CredentialFile parsed = CredentialFile.parse(FILE, text.toString().getBytes(StandardCharsets.UTF_8));

        Map<String, String> read = new HashMap<>();
        users.keySet().forEach(user -> {
            PasswordHash hash = parsed.of(TenantUser.of(user));
            assertThat(hash).as(user).isNotNull();
            read.put(user, hash.text());
        });
        assertThat(read).isEqualTo(users);
        assertThat(parsed.size()).isEqualTo(users.size());
    }

    @Provide
    Arbitrary<Map<String, String>> users() {
        Arbitrary<String> name = Arbitraries.strings()
                .withCharRange(' ', '~')
                .withChars('\u00E4', '\u20AC')
                .ofMinLength(1)
                .ofMaxLength(20)
                .filter(CredentialFilePropertyTest::isName);
        Arbitrary<String> hash = Arbitraries.strings()
                .withCharRange('a', 'p')
                .ofLength(8)
                .map(salt -> "$6$" + salt + "$" + "A".repeat(86));
        return Arbitraries.maps(name, hash).ofMaxSize(8);
    }

    private static boolean isName(String text) {
        return !text.isBlank() && text.strip().equals(text) && !text.startsWith("#") && text.indexOf(':') < 0;
    }

    @Test
    void blankLinesAreNoUsers() {
        CredentialFile parsed =
                CredentialFile.parse(FILE, ("\n\r\n   \na:" + HASH + "\n\n").getBytes(StandardCharsets.UTF_8));

        assertThat(parsed.size()).isEqualTo(1);
        assertThat(parsed.of(TenantUser.of(""))).isNull();
        assertThat(parsed.of(TenantUser.of("a"))).isNotNull();
    }

    @Test
    void skipsTheByteOrderMark() {
        byte[] bytes = ("\uFEFFa:" + HASH + "\nb:" + HASH).getBytes(StandardCharsets.UTF_8);

        assertThat(CredentialFile.parse(FILE, bytes).of(TenantUser.of("a"))).isNotNull();
        assertThat(CredentialFile.linesOf(bytes)).containsExactly("a:" + HASH, "b:" + HASH);
    }

    @Test
    void readsTheColumnOfTenants() {
        CredentialFile parsed = parse("a/b:" + HASH + "\nblue:a/b:" + HASH + "\nred:c:" + HASH);

        assertThat(parsed.of(TenantUser.of("a/b"))).isNotNull();
        assertThat(parsed.of(new TenantUser(new Tenant("blue"), "a/b"))).isNotNull();
        assertThat(parsed.of(TenantUser.of("c"))).isNull();
        assertThat(parsed.userNames()).containsExactly("a/b", "blue:a/b", "red:c");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> parse("b l u e:a:" + HASH))
                .withMessageContaining("passwd:1: tenant name");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> parse("a:" + HASH + "\ndefault:a:" + HASH))
                .withMessage("passwd:2: the user is there already");
    }

    @Test
    void namesTheLine() {
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> parse("a:" + HASH + "\n\nb:plain\n"))
                .withMessage("passwd:3: is no password hash: it does not begin with $")
                .matches(e -> e.line() == 3 && e.file().equals(FILE));
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> parse("a:" + HASH + "\na:" + HASH))
                .withMessage("passwd:2: the user is there already");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> parse(":" + HASH))
                .withMessage("passwd:1: the user name is empty");
        assertThatExceptionOfType(AccessFileException.class)
                .isThrownBy(() -> CredentialFile.parse(FILE, new byte[] {'\n', 'a', ':', (byte) 0xC3}))
                .withMessage("passwd:2: the line is not UTF-8");
    }

    @Test
    void aStandInIsAlwaysTheSame() {
        CredentialFile parsed = parse("a:" + HASH + "\nb:$6$BBBB$" + "A".repeat(86));

        assertThat(parsed.standIn(-7)).isNotNull().isSameAs(parsed.standIn(-7));
        assertThat(List.of(parsed.standIn(0), parsed.standIn(1))).doesNotHaveDuplicates();
        assertThat(parsed.standIn(Integer.MIN_VALUE)).isNotNull();
    }

    @Test
    void tellsWhoIsGoneOrHasAnotherPassword() {
        CredentialFile before = parse("a:" + HASH + "\nb:" + HASH + "\nc:" + HASH);
        CredentialFile now = parse("a:" + HASH + "\nb:$6$BBBB$" + "A".repeat(86) + "\nd:" + HASH);

        assertThat(before.goneOrChanged(now)).containsExactlyInAnyOrder(TenantUser.of("b"), TenantUser.of("c"));
    }

    private static CredentialFile parse(String text) {
        return CredentialFile.parse(FILE, text.getBytes(StandardCharsets.UTF_8));
    }
}
