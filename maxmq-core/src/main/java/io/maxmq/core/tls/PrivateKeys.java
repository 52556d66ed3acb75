package io.maxmq.core.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Private keys in DER: PKCS#8 (RFC 5958), and the older formats PKCS#1 and SEC 1, which are converted to PKCS#8.
 * Stateless.
 */
final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xA0;

    private static final byte[] VERSION_0 = {INTEGER, 1, 0};
    /** rsaEncryption with its NULL parameters (RFC 8017 §A.1). */
    private static final byte[] RSA = {
        0x06, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0
    };
    /** id-ecPublicKey (RFC 5480 §2.1.1). */
    private static final byte[] EC = {0x06, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x02, 0x01};

    private PrivateKeys() {}

    static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // Try the next algorithm.
            }
        }
        throw new InvalidKeySpecException("it is damaged, or its algorithm is not one of " + ALGORITHMS);
    }

    /** Reads an RSAPrivateKey (RFC 8017 §A.1.2). */
    static PrivateKey pkcs1(byte[] der) throws GeneralSecurityException {
        return pkcs8(der(SEQUENCE, VERSION_0, der(SEQUENCE, RSA), der(OCTET_STRING, der)));
    }

    /** Reads an ECPrivateKey (RFC 5915 §3) with a named curve. */
    static PrivateKey sec1(byte[] der) throws GeneralSecurityException {
        byte[] curve = null;
        try {
            int at = content(der, 0);
            while (at < der.length) {
                if ((der[at] & 0xFF) == PARAMETERS) {
                    curve = Arrays.copyOfRange(der, content(der, at), end(der, at));
                }
                at = end(der, at);
            }
        } catch (IndexOutOfBoundsException e) {
            throw new InvalidKeySpecException("it is damaged", e);
        }
        if (curve == null) {
            throw new InvalidKeySpecException("it has no named curve");
        }
        return pkcs8(der(SEQUENCE, VERSION_0, der(SEQUENCE, EC, curve), der(OCTET_STRING, der)));
    }

    static PrivateKey encrypted(byte[] der, String password) throws GeneralSecurityException, IOException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
        // For PBES2 only the text form of the parameters names the algorithm.
        String algorithm =
                info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13")
                        ? String.valueOf(info.getAlgParameters())
                        : info.getAlgName();
        PBEKeySpec secret = new PBEKeySpec(password.toCharArray());
        try {
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(secret),
                    info.getAlgParameters());
            return pkcs8(info.getKeySpec(cipher).getEncoded());
        } finally {
            secret.clearPassword();
        }
    }

    /** Returns the offset of the content of the element at {@code at}. */
    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    /** Returns the offset after the element at {@code at}. */
    private static int end(byte[] der, int at) {
        int content = content(der, at);
        int length = der[at + 1] & 0xFF;
        if (length >= 0x80) {
            length = 0;
            for (int i = at + 2; i < content; i++) {
                length = (length << 8) | (der[i] & 0xFF);
            }
        }
        if (length < 0 || content + length > der.length) {
            throw new IndexOutOfBoundsException("length=" + length);
        }
        return content + length;
    }

    /** Encodes one element. */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream element = new ByteArrayOutputStream(length + 4);
        element.write(tag);
        if (length >= 0x100) {
            element.write(0x82);
            element.write(length >> 8);
        } else if (length >= 0x80) {
            element.write(0x81);
        }
        element.write(length);
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
