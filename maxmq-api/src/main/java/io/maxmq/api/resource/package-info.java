/** The operations of the contract, each a call of {@code io.maxmq.spi} and its rendering in JSON. */
package io.maxmq.api.resource;
