package io.maxmq.rules.function;

import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Hashes, in hexadecimal digits of lower case. */
final class HashFunctions {
    private static final HexFormat HEX = HexFormat.of();
    /** The language's names, and the JDK's for the digest and for the HMAC. */
    private static final Map<String, String[]> ALGORITHMS = Map.ofEntries(
            Map.entry("md5", new String[] {"MD5", "HmacMD5"}),
            Map.entry("sha", new String[] {"SHA-1", "HmacSHA1"}),
            Map.entry("sha1", new String[] {"SHA-1", "HmacSHA1"}),
            Map.entry("sha224", new String[] {"SHA-224", "HmacSHA224"}),
            Map.entry("sha256", new String[] {"SHA-256", "HmacSHA256"}),
            Map.entry("sha384", new String[] {"SHA-384", "HmacSHA384"}),
            Map.entry("sha512", new String[] {"SHA-512", "HmacSHA512"}),
            Map.entry("sha3_224", new String[] {"SHA3-224", "HmacSHA3-224"}),
            Map.entry("sha3_256", new String[] {"SHA3-256", "HmacSHA3-256"}),
            Map.entry("sha3_384", new String[] {"SHA3-384", "HmacSHA3-384"}),
            Map.entry("sha3_512", new String[] {"SHA3-512", "HmacSHA3-512"}));

    private HashFunctions() {}

    static void addTo(Library library) {
        library.add("md5", 1, call -> hex(digest("MD5", call.bytes(0))))
                .add("sha", 1, call -> hex(digest("SHA-1", call.bytes(0))))
                .add("sha256", 1, call -> hex(digest("SHA-256", call.bytes(0))))
                .add(
                        "hash",
                        2,
                        call -> hex(digest(algorithm(call)[0], call.text(1).bytes())))
                .add("hmac", 3, HashFunctions::hmac)
                .add("crc32", 1, HashFunctions::crc32)
                .add("hash_to_range", 3, HashFunctions::hashToRange)
                .add("map_to_range", 3, HashFunctions::mapToRange);
    }

    private static String[] algorithm(Call call) {
        String[] names = ALGORITHMS.get(call.onlyString(0));
        if (names == null) {
            throw call.bad(0, "the name of a hash, as sha256");
        }
        return names;
    }

    private static Text hex(byte[] bytes) {
        return Text.of(HEX.formatHex(bytes));
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no " + algorithm, e);
        }
    }

    private static Text hmac(Call call) {
        String algorithm = algorithm(call)[1];
        byte[] key = call.bytes(1);
        try {
            Mac mac = Mac.getInstance(algorithm);
            // The JDK takes no empty key; HMAC fills a key with zeros (RFC 2104 §2), so one zero is the same.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, algorithm));
            return hex(mac.doFinal(call.text(2).bytes()));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("the JDK has no " + algorithm, e);
        }
    }

    private static Text crc32(Call call) {
        CRC32 crc = new CRC32();
        crc.update(call.bytes(0));
        return Text.of(HEX.toHexDigits((int) crc.getValue()));
    }

    private static Object hashToRange(Call call) {
        byte[] bytes = call.text(0).bytes();
        if (bytes.length == 0) {
            throw call.bad(0, "a string that is not empty");
        }
        return inRange(call, new BigInteger(1, digest("SHA-256", bytes)));
    }

    private static Object mapToRange(Call call) {
        if (call.value(0) instanceof Text text) {
            if (text.isEmpty()) {
                throw call.bad(0, "a string that is not empty");
            }
            return inRange(call, new BigInteger(1, text.bytes()));
        }
        return inRange(call, call.big(0));
    }

    private static Object inRange(Call call, BigInteger number) {
        BigInteger least = call.big(1);
        BigInteger count = call.big(2).subtract(least).add(BigInteger.ONE);
        if (count.signum() <= 0) {
            throw call.bad(2, "no less than argument 2");
        }
        return Numbers.integer(number.mod(count).add(least));
    }
}
