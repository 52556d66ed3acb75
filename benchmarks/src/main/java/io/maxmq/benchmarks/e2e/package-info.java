/**
 * The comparison of brokers: starts each in a process of its own, points a load of {@link io.maxmq.benchmarks.load} at it
 * and prints one table. Begin with {@link io.maxmq.benchmarks.e2e.EndToEnd}; the rows are in {@link
 * io.maxmq.benchmarks.e2e.Scenario}.
 */
@NullMarked
package io.maxmq.benchmarks.e2e;

import org.jspecify.annotations.NullMarked;
