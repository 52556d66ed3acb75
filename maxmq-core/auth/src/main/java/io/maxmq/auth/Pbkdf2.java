package io.maxmq.auth;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * PBKDF2 (RFC 8018 §5.2) over bytes. The JDK's takes characters, and a password of MQTT is bytes. Stateless.
 */
final class Pbkdf2 {
    static final String SHA_256 = "HmacSHA256";
    static final String SHA_512 = "HmacSHA512";

    private Pbkdf2() {}

    /**
     * Derives a key.
     *
     * @param length of the key, in bytes
     */
    static byte[] derive(String hmac, byte[] password, byte[] salt, int iterations, int length) {
        Mac mac = mac(hmac, password);
        int blockBytes = mac.getMacLength();
        byte[] derived = new byte[(length + blockBytes - 1) / blockBytes * blockBytes];
        byte[] round = new byte[blockBytes];
        try {
            for (int block = 0; block * blockBytes < length; block++) {
                mac.update(salt);
                mac.update(bigEndian(block + 1));
                mac.doFinal(round, 0);
                int start = block * blockBytes;
                System.arraycopy(round, 0, derived, start, blockBytes);
                for (int i = 1; i < iterations; i++) {
                    mac.update(round);
                    mac.doFinal(round, 0);
                    for (int j = 0; j < blockBytes; j++) {
                        derived[start + j] ^= round[j];
                    }
                }
            }
        } catch (ShortBufferException e) {
            throw new IllegalStateException("a MAC is longer than it says", e);
        }
        return length == derived.length ? derived : Arrays.copyOf(derived, length);
    }

    /** A MAC with a key of any length, none included. */
    static Mac mac(String hmac, byte[] key) {
        try {
            Mac mac = Mac.getInstance(hmac);
            // Keys are padded with zeros, so that one zero is the empty key, which Java does not take.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, hmac));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + hmac, e);
        }
    }

    /**
     * HMAC pads keys with zeros, so a password and the same with a zero behind it are one to it. Such a password is nobody's.
     */
    static boolean endsWithZero(byte[] password) {
        return password.length > 0 && password[password.length - 1] == 0;
    }

    private static byte[] bigEndian(int value) {
        return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
    }
}
