/**
 * Asks the embedder's interceptors, in order, and contains what they do wrong. Start at
 * {@link io.maxmq.core.intercept.Interceptors}. May import spi, access (the border to plug-ins) and observe.
 */
package io.maxmq.core.intercept;
