package io.maxmq.core.tls;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;

/** Which certificates the revocation lists of a listener revoke. Immutable and thread-safe. */
public final class Revocations {
    private final List<X509CRL> lists;

    /** @param lists may be empty */
    public Revocations(List<X509CRL> lists) {
        this.lists = List.copyOf(lists);
    }

    /** Whether there is no list, so that nothing is revoked. */
    public boolean isEmpty() {
        return lists.isEmpty();
    }

    /** Whether one of the certificates that a client has shown is revoked. A look-up for each list and certificate. */
    public boolean revokes(List<X509Certificate> shown) {
        for (X509CRL list : lists) {
            for (X509Certificate each : shown) {
                if (list.getRevokedCertificate(each) != null) {
                    return true;
                }
            }
        }
        return false;
    }
}
