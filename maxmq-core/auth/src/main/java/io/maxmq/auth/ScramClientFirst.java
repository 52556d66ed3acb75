package io.maxmq.auth;

import java.nio.charset.StandardCharsets;

/**
 * The client's first message (RFC 5802 §7): {@code n,,n=user,r=nonce}. Immutable.
 *
 * @param header all up to the user, {@code n,,}
 * @param bare all after the header
 * @param user unescaped, with SASLprep
 */
record ScramClientFirst(String header, String bare, String user, String nonce) {
    private static final int MAX_NONCE_CHARACTERS = 1024;

    /** @throws IllegalArgumentException when it is none, or asks for what is not offered */
    static ScramClientFirst parse(byte[] data) {
        String text = ScramMessage.text(data);
        if (text.startsWith("p=")) {
            throw new IllegalArgumentException("SCRAM with channel binding is not offered");
        }
        int afterFlag = text.indexOf(',');
        int afterHeader = text.indexOf(',', afterFlag + 1);
        if (afterFlag != 1 || (text.charAt(0) != 'n' && text.charAt(0) != 'y') || afterHeader < 0) {
            throw new IllegalArgumentException("the first message of SCRAM does not begin with n,, or y,,");
        }
        String identity = text.substring(afterFlag + 1, afterHeader);
        String bare = text.substring(afterHeader + 1);
        String[] attributes = bare.split(",", -1);
        if (attributes[0].startsWith("m=")) {
            throw new IllegalArgumentException("SCRAM with mandatory extensions is not offered");
        }
        String name = ScramMessage.value(attributes, 0, 'n');
        if (!identity.isEmpty() && !identity.equals("a=" + name)) {
            throw new IllegalArgumentException("SCRAM on behalf of another user is not offered");
        }
        return new ScramClientFirst(
                text.substring(0, afterHeader + 1),
                bare,
                user(name),
                ScramMessage.nonce(ScramMessage.value(attributes, 1, 'r'), MAX_NONCE_CHARACTERS));
    }

    /** Undoes {@code =2C} and {@code =3D}, which stand for a comma and an equals sign. */
    private static String user(String name) {
        StringBuilder plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '=') {
                plain.append(c);
            } else if (name.startsWith("=2C", i) || name.startsWith("=3D", i)) {
                plain.append(name.charAt(i + 1) == '2' ? ',' : '=');
                i += 2;
            } else {
                throw new IllegalArgumentException("the user name of SCRAM has an = that stands for nothing");
            }
        }
        byte[] prepared = ScramCredential.prepared(plain.toString().getBytes(StandardCharsets.UTF_8));
        if (prepared == null || prepared.length == 0) {
            throw new IllegalArgumentException("the user name of SCRAM is empty, or has characters that it must not");
        }
        return new String(prepared, StandardCharsets.UTF_8);
    }
}
