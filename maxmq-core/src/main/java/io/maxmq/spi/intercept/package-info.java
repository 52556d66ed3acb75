/**
 * What may see, change or veto: one small interface per concern, sealed answers. An interceptor that nobody registered
 * costs nothing. Start at {@link io.maxmq.spi.intercept.Interceptor}.
 */
package io.maxmq.spi.intercept;
