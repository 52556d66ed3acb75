/**
 * Chains of the embedder's interceptors, with containment of their failures. Start at
 * {@link io.maxmq.core.intercept.Interceptors}. May import spi, access (the border to plug-ins) and observe.
 */
package io.maxmq.core.intercept;
