/** Benchmarks of MaxMQ: the entry point. See {@code benchmarks/README.md}. */
@NullMarked
package io.maxmq.benchmarks;

import org.jspecify.annotations.NullMarked;
