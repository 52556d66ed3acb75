/**
 * Keys, certificates and revocation lists from files, checked, as JDK types. Independent of sockets and libraries.
 * Reads files, so it must run on a thread that may block. Start with {@link io.maxmq.core.tls.TlsMaterial}.
 */
package io.maxmq.core.tls;
