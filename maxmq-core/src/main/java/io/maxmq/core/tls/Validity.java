package io.maxmq.core.tls;

import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * How long a certificate or a revocation list of a listener is valid. Immutable.
 *
 * @param what names it and its file
 * @param outcome what happens when it has ended
 * @param begin of the time that it is valid
 * @param end of that time
 */
public record Validity(String what, String outcome, Instant begin, Instant end) {

    /** Of a certificate of the broker. */
    static Validity ofOwn(X509Certificate certificate, Path file) {
        return of(certificate, file, "clients refuse it");
    }

    /** Of the certificate of an authority. */
    static Validity ofAuthority(X509Certificate certificate, Path file) {
        return of(certificate, file, "clients may refuse certificates of it");
    }

    private static Validity of(X509Certificate certificate, Path file, String outcome) {
        return new Validity(
                "certificate of " + certificate.getSubjectX500Principal().getName() + " in " + file,
                outcome,
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    /** Of a revocation list; null for one without a next update, which never ends. */
    static @Nullable Validity of(X509CRL list, Path file) {
        Date next = list.getNextUpdate();
        return next == null
                ? null
                : new Validity(
                        "revocation list of " + list.getIssuerX500Principal().getName() + " in " + file,
                        "the broker refuses clients with certificates of this issuer",
                        list.getThisUpdate().toInstant(),
                        next.toInstant());
    }
}
