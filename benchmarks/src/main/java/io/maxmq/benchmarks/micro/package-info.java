/** Micro-benchmarks (JMH) of single hot paths, run with {@code java -jar benchmarks.jar jmh}. */
@NullMarked
package io.maxmq.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
