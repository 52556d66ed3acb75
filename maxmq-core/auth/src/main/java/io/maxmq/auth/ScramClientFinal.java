package io.maxmq.auth;

import java.util.Base64;

/**
 * The client's final message (RFC 5802 §7): {@code c=biws,r=nonce,p=proof}. Immutable.
 *
 * @param withoutProof all before the proof
 * @param binding the first message's header in base64
 * @param proof of 32 bytes
 */
record ScramClientFinal(String withoutProof, String binding, String nonce, byte[] proof) {

    /** @throws IllegalArgumentException when it is none */
    static ScramClientFinal parse(byte[] data) {
        String text = ScramMessage.text(data);
        String[] attributes = text.split(",", -1);
        String binding = ScramMessage.value(attributes, 0, 'c');
        String nonce = ScramMessage.nonce(ScramMessage.value(attributes, 1, 'r'), data.length);
        String proof = ScramMessage.value(attributes, Math.max(2, attributes.length - 1), 'p');
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(proof);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the proof of SCRAM is not base64", e);
        }
        if (bytes.length != ScramCredential.KEY_BYTES) {
            throw new IllegalArgumentException(
                    "the proof of SCRAM does not have " + ScramCredential.KEY_BYTES + " bytes");
        }
        return new ScramClientFinal(text.substring(0, text.lastIndexOf(',')), binding, nonce, bytes);
    }
}
