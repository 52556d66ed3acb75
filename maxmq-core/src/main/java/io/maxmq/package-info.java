/** What an embedder imports: the builder and the running broker. */
package io.maxmq;
