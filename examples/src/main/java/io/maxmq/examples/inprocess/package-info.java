/**
 * The embedding program as a client of its own broker. Start at {@link io.maxmq.examples.inprocess.InProcess}.
 */
package io.maxmq.examples.inprocess;
