/** The durable store alone, without a broker. Start at {@link io.maxmq.benchmarks.store.StoreBenchmark}. */
@org.jspecify.annotations.NullMarked
package io.maxmq.benchmarks.store;
