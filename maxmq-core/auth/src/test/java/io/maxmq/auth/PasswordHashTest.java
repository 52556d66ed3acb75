package io.maxmq.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PasswordHashTest {
    /** Of each kind, cheap. */
    static PasswordHasher[] hashers() {
        return new PasswordHasher[] {
            PasswordHasher.pbkdf2(1000),
            PasswordHasher.argon2id(64, 1),
            PasswordHasher.bcrypt(4),
            PasswordHasher.scramSha256(4096)
        };
    }

    @ParameterizedTest
    @MethodSource("hashers")
    void matchesThePasswordThatItWasMadeOfAndNoOther(PasswordHasher hasher) {
        PasswordHash hash = PasswordHash.parse(hasher.hash(utf8("wonderland")));

        assertThat(hash.matches(utf8("wonderland"))).isTrue();
        assertThat(hash.matches(utf8("Wonderland"))).isFalse();
        assertThat(hash.matches(utf8("wonderlan"))).isFalse();
        assertThat(hash.matches(utf8("wonderland "))).isFalse();
        assertThat(hash.matches(utf8("wonderland\0"))).isFalse();
        assertThat(hash.matches(utf8("wonderland\0x"))).isFalse();
        assertThat(hash.matches(new byte[0])).isFalse();
        assertThat(hash.rounds()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("hashers")
    void everyByteCountsToTheLast(PasswordHasher hasher) {
        byte[] longest = new byte[72];
        Arrays.fill(longest, (byte) 'a');
        PasswordHash hash = PasswordHash.parse(hasher.hash(longest));

        assertThat(hash.matches(longest)).isTrue();
        byte[] other = longest.clone();
        other[71] = 'b';
        assertThat(hash.matches(other)).isFalse();
        byte[] longer = Arrays.copyOf(longest, 73);
        longer[72] = 'a';
        assertThat(hash.matches(longer)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("hashers")
    void neverMakesTheSameHashTwice(PasswordHasher hasher) {
        assertThat(hasher.hash(utf8("a"))).isNotEqualTo(hasher.hash(utf8("a")));
    }

    @Test
    void pbkdf2IsThatOfTheJdk() throws Exception {
        byte[] salt = utf8("sodium chloride");
        for (String password : new String[] {"x", "a password that is longer than the block of the hash ".repeat(4)}) {
            byte[] expected = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 1234, 8 * 100))
                    .getEncoded();

            assertThat(Pbkdf2.derive(Pbkdf2.SHA_512, utf8(password), salt, 1234, 100))
                    .isEqualTo(expected);
        }
    }

    @Test
    void takesPasswordsThatAreNoText() {
        byte[] password = HexFormat.of().parseHex("00fffe80c0ff");
        PasswordHash hash = PasswordHash.parse(PasswordHasher.pbkdf2(1000).hash(password));

        assertThat(hash.matches(password)).isTrue();
        assertThat(hash.matches(HexFormat.of().parseHex("00fffe80c0fe"))).isFalse();
    }

    /** Made by mosquitto_passwd 2.0, passlib, the authors of Argon2 and of bcrypt. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wonderland | $7$101$OFchUtlATuTedcmp$0apzJD7zhJQUp0gUUgQhkIB9qjoVCAyp87L0a4pLsk0FLfTQ6ES1vF+VeJS95ja43ZqhXSHw2ipWlvVBFYJY7w==",
                "wonderland | $6$kTKOlMYhkZ4XMX66$uoHtshv4CpiwZfitkIQ281yys6hWvhBW+hWFtJEXUkeNX08lGbH28TWGtlREz0SNrwkUIfUjZzyROVcOAKLPWw==",
                "password   | $pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M",
                "password   | $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "U*U        | $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            })
    void readsWhatOthersHaveWritten(String password, String text) {
        PasswordHash hash = PasswordHash.parse(text);

        assertThat(hash.matches(utf8(password))).isTrue();
        assertThat(hash.matches(utf8(password + "x"))).isFalse();
        assertThat(hash.text()).isEqualTo(text);
    }

    @Test
    void scramKeysAreThoseOfTheRfc() {
        // RFC 7677 §3
        byte[] salt = java.util.Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
        ScramCredential credential = ScramCredential.of(utf8("pencil"), salt, 4096);
        String message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

        byte[] signature = ScramCredential.hmac(credential.serverKey(), message);

        assertThat(java.util.Base64.getEncoder().encodeToString(signature))
                .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @Test
    void onlyMosquittosOldHashIsFast() {
        for (PasswordHasher hasher : hashers()) {
            assertThat(PasswordHash.parse(hasher.hash(utf8("x"))).isSlow()).isTrue();
        }
        assertThat(PasswordHash.parse("$6$AAAA$" + "A".repeat(86)).isSlow()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "$",
                "$1$abc$def",
                "$pbkdf2-sha512$i=1000$AAAA",
                "$pbkdf2-sha512$i=0$AAAAAAAA$" + HASH,
                "$pbkdf2-sha512$i=-5$AAAAAAAA$" + HASH,
                "$pbkdf2-sha512$i=99999999999$AAAAAAAA$" + HASH,
                "$pbkdf2-sha512$i=1000$!!$" + HASH,
                "$pbkdf2-sha512$i=1000$AAAAAAAA$",
                "$pbkdf2-sha512$i=1000$AAAAAAAA$AAAA",
                "$pbkdf2-sha512$i=1000$$" + HASH,
                "$scram-sha-256$i=4096$AAAA$AAAA$AAAA",
                "$argon2id$v=16$m=64,t=1,p=1$AAAAAAAAAAA$" + HASH,
                "$argon2id$v=19$m=64,t=1$AAAAAAAAAAA$" + HASH,
                "$argon2id$v=19$m=1,t=1,p=1$AAAAAAAAAAA$" + HASH,
                "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
                "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyO!!",
                "$6$AAAA$AAAA",
            })
    void refusesWhatIsNoHash(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> PasswordHash.parse(text));
    }

    private static final String HASH = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    @Test
    void aRefusalDoesNotShowWhatMayBeAPassword() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHash.parse("hunter2"))
                .withMessageNotContaining("hunter2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHash.parse("$hunter2$x"))
                .withMessageNotContaining("hunter2");
    }

    @Test
    void refusesToHashWhatItWouldNotKeepWhole() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHasher.bcrypt(4).hash(new byte[73]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHasher.bcrypt(4).hash(utf8("a\0b")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHasher.pbkdf2(1000).hash(utf8("a\0")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHasher.pbkdf2(1000).hash(new byte[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHasher.scramSha256(4096).hash(new byte[] {(byte) 0xFF}));
    }

    @Test
    void refusesSettingsThatProtectNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHasher.pbkdf2(999))
                .withMessage("iterations must be 1000..10000000: iterations=999");
        assertThatIllegalArgumentException().isThrownBy(() -> PasswordHasher.scramSha256(4095));
        assertThatIllegalArgumentException().isThrownBy(() -> PasswordHasher.bcrypt(3));
        assertThatIllegalArgumentException().isThrownBy(() -> PasswordHasher.argon2id(7, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> PasswordHasher.argon2id(8, 0));
    }

    @Test
    void aPasswordForScramIsPreparedAsItsClientsDo() {
        // RFC 4013 §3: a soft hyphen goes, a non-ASCII space becomes one, compatibility forms are composed.
        assertThat(ScramCredential.prepared(utf8("I\u00ADX"))).isEqualTo(utf8("IX"));
        assertThat(ScramCredential.prepared(utf8("a\u00A0b"))).isEqualTo(utf8("a b"));
        assertThat(ScramCredential.prepared(utf8("\u2168"))).isEqualTo(utf8("IX"));
        assertThat(ScramCredential.prepared(utf8("a\u0007"))).isNull();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
