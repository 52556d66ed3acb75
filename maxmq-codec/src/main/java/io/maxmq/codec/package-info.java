/**
 * The vocabulary of MQTT that all layers share: versions, QoS, reason codes, what a string may hold, and the one
 * exception of bad input. Immutable values and pure functions; imports nothing.
 */
package io.maxmq.codec;
