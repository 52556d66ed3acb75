/** The only place that wires, starts and stops everything, in order. Start at {@link io.maxmq.core.bootstrap.Broker}. */
package io.maxmq.core.bootstrap;
