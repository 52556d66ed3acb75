/**
 * Messages and subscriptions changed and refused on their way. Start at {@link io.maxmq.examples.interceptor.SensorBroker}; the
 * decisions are in {@code SensorRules}.
 */
package io.maxmq.examples.interceptor;
