/**
 * What a configuration file says to what plugs into a broker. Read while the broker is described, on the caller's thread. Start
 * at {@link io.maxmq.spi.config.ConfigSection}.
 */
package io.maxmq.spi.config;
