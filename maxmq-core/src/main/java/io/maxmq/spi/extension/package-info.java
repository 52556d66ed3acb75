/**
 * Extensions: the interface that an extension implements ({@link io.maxmq.spi.extension.Extension}) and the broker's
 * services for it ({@link io.maxmq.spi.extension.BrokerContext}). The top of the SPI: it may use all other packages of
 * {@code io.maxmq.spi}; of these only {@code spi.config} uses it, for extensions in a configuration file.
 */
package io.maxmq.spi.extension;
