/**
 * Keys, certificates and revocation lists from files, checked, as the JDK's types. Knows nothing of sockets, and of no library.
 * Reads files, so runs where that may take its time. Start at {@link io.maxmq.core.tls.TlsMaterial}.
 */
package io.maxmq.core.tls;
