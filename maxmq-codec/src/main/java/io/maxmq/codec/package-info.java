/**
 * The vocabulary of MQTT that all layers share: versions, QoS, reason codes, and the one exception of bad input.
 * Immutable values; imports nothing.
 */
package io.maxmq.codec;
