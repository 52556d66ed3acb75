package io.maxmq.core.tls;

import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * Validity period of a certificate or a revocation list of a listener. Immutable.
 *
 * @param what the certificate or list, with its file
 * @param outcome consequence of the expiry
 * @param begin start of the period
 * @param end end of the period
 */
public record Validity(String what, String outcome, Instant begin, Instant end) {

    /** Returns the validity of a certificate of the broker. */
    static Validity ofOwn(X509Certificate certificate, Path file) {
        return of(certificate, file, "clients refuse it");
    }

    /** Returns the validity of the certificate of an authority. */
    static Validity ofAuthority(X509Certificate certificate, Path file) {
        return of(certificate, file, "clients may refuse certificates issued by it");
    }

    private static Validity of(X509Certificate certificate, Path file, String outcome) {
        return new Validity(
                "certificate of " + certificate.getSubjectX500Principal().getName() + " in " + file,
                outcome,
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    /** Returns the validity of a revocation list; null for a list without a next update, which does not expire. */
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
