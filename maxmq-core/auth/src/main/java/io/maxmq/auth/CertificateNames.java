package io.maxmq.auth;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names in a certificate that may be a client's; others, and those that are no safe text, are left out. Immutable. */
final class CertificateNames {
    private static final int MAX_BYTES = 65_535;

    // RFC 5280 §4.2.1.6, GeneralName
    private static final int EMAIL = 1;
    private static final int DNS_NAME = 2;
    private static final int URI = 6;

    private final X509Certificate certificate;
    private final Map<CertificateName, List<String>> names = new EnumMap<>(CertificateName.class);

    private CertificateNames(X509Certificate certificate) {
        this.certificate = certificate;
    }

    static CertificateNames of(X509Certificate certificate) {
        CertificateNames read = new CertificateNames(certificate);
        read.add(CertificateName.SUBJECT, certificate.getSubjectX500Principal().getName());
        // One that is unfit must still make the other ambiguous.
        List<String> commonNames = DistinguishedName.commonNames(
                certificate.getSubjectX500Principal().getEncoded());
        if (commonNames.size() == 1) {
            read.add(CertificateName.COMMON_NAME, commonNames.get(0));
        }
        read.addAlternatives();
        return read;
    }

    private void addAlternatives() {
        Collection<List<?>> alternatives;
        try {
            alternatives = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return; // has none that could be read
        }
        if (alternatives == null) {
            return;
        }
        for (List<?> each : alternatives) {
            if (each.get(0) instanceof Integer kind && each.get(1) instanceof String value) {
                switch (kind) {
                    case EMAIL -> add(CertificateName.EMAIL, value);
                    case DNS_NAME -> add(CertificateName.DNS_NAME, value);
                    case URI -> add(CertificateName.URI, value);
                    default -> {}
                }
            }
        }
    }

    private void add(CertificateName name, String value) {
        if (isSafe(value)) {
            names.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
        }
    }

    /** Whether it may be a name in MQTT, and can be put into a topic filter without making it match more. */
    static boolean isSafe(String value) {
        return !value.isBlank()
                && value.codePoints().noneMatch(c -> c == '+' || c == '#' || isNoText(c))
                && value.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    static boolean isNoText(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE || (c & 0xFFFE) == 0xFFFE;
    }

    /** In the certificate's order; empty when it has none. */
    List<String> all(CertificateName name) {
        return names.getOrDefault(name, List.of());
    }

    /** Those of which there is exactly one, the issuer and the serial number. */
    Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>();
        names.forEach((name, values) -> {
            if (values.size() == 1) {
                attributes.put(name.attribute(), values.get(0));
            }
        });
        String issuer = certificate.getIssuerX500Principal().getName();
        if (isSafe(issuer)) {
            attributes.put("cert.issuer", issuer);
        }
        attributes.put("cert.serial", certificate.getSerialNumber().toString(16));
        return attributes;
    }
}
