package io.maxmq.auth;

import io.maxmq.spi.Stable;

/**
 * Which of the names in a certificate is meant. New ones may come with a minor version.
 *
 * @since 0.1.0
 */
@Stable
public enum CertificateName {
    /** The subject's common name (CN), {@code sensor-7}; a subject with several has none. */
    COMMON_NAME("cert.cn", "common name"),

    /** The whole subject as RFC 2253 writes it, {@code CN=sensor-7,O=Acme,C=DE}. */
    SUBJECT("cert.subject", "subject"),

    /** The subject alternative name that is a host, {@code sensor-7.acme.example}. */
    DNS_NAME("cert.dns", "DNS name"),

    /** The subject alternative name that is a URI, {@code spiffe://acme.example/sensor-7}. */
    URI("cert.uri", "URI"),

    /** The subject alternative name that is an e-mail address. */
    EMAIL("cert.email", "e-mail address");

    private final String attribute;
    private final String words;

    CertificateName(String attribute, String words) {
        this.attribute = attribute;
        this.words = words;
    }

    /** What {@link CertificateAuthenticator} calls it among {@code ClientInfo.attributes()}: {@code cert.cn}, say. */
    public String attribute() {
        return attribute;
    }

    /** For messages. */
    String words() {
        return words;
    }
}
