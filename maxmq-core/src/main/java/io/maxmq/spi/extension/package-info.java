/**
 * Extensions: what an extension implements ({@link io.maxmq.spi.extension.Extension}) and the broker's services that it is
 * given ({@link io.maxmq.spi.extension.BrokerContext}). The top of the SPI: it may use all other packages of
 * {@code io.maxmq.spi}, none of them uses it but {@code spi.config}, which names extensions in a file.
 */
package io.maxmq.spi.extension;
