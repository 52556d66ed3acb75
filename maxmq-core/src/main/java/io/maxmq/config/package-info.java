/**
 * Settings: immutable records with defaults, units in the names or {@code Duration}, checked at construction. Imports
 * the MQTT vocabulary only. Start at {@link io.maxmq.config.BrokerConfig}.
 */
package io.maxmq.config;
