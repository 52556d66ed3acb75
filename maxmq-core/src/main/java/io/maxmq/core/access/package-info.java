/**
 * Asks the embedder's authenticators and authorizers, with a deadline, and denies on failure. Answers arrive on the
 * caller's event loop. Imports {@code observe} and {@code spi}. Start at {@link io.maxmq.core.access.Access}.
 */
package io.maxmq.core.access;
