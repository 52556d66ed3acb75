/**
 * Sections of the configuration file for plug-ins. The builder reads them on the caller's thread, before the broker
 * starts. Start at {@link io.maxmq.spi.config.ConfigSection}.
 */
package io.maxmq.spi.config;
