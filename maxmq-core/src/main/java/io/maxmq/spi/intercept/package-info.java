/**
 * Hooks that inspect, change, drop or refuse packets and messages: one small interface per hook, with a {@link
 * io.maxmq.spi.intercept.Decision} as its answer. Start at {@link io.maxmq.spi.intercept.Interceptor}.
 */
package io.maxmq.spi.intercept;
