/**
 * Observation of a running broker: metrics, {@code $SYS} topics, health, overload, and the watchdog of the event loops.
 * Reads state where it is kept and changes none, but for the topics that it publishes.
 */
package io.maxmq.core.monitor;
