package io.maxmq.core.tls;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;

/** The revocation lists of a listener. Immutable and thread-safe. */
public final class Revocations {
    private final List<X509CRL> lists;

    /** @param lists may be empty */
    public Revocations(List<X509CRL> lists) {
        this.lists = List.copyOf(lists);
    }

    /** True without lists: no certificate is revoked. */
    public boolean isEmpty() {
        return lists.isEmpty();
    }

    /** Returns whether one of a client's certificates is revoked. Costs one look-up per list and certificate. */
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
