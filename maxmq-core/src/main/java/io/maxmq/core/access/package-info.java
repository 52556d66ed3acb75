/**
 * Calls of the embedder's authenticators and authorizers, with a deadline; a failure denies. Answers arrive on the
 * caller's event loop. Imports {@code observe} and {@code spi}. Start with {@link io.maxmq.core.access.Access}.
 */
package io.maxmq.core.access;
