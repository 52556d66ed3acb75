/**
 * The load generator: MQTT clients on one selector that send and read many packets per system call and check each
 * message. Knows no broker and uses no MQTT library, so that it can judge them all alike. Begin with {@link
 * io.maxmq.benchmarks.load.TrafficLoad}.
 */
@NullMarked
package io.maxmq.benchmarks.load;

import org.jspecify.annotations.NullMarked;
