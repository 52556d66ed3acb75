/** Entry point for embedders: the builder and the running broker. */
package io.maxmq;
