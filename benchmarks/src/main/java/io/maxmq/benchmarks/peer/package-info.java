/**
 * The program of a broker process: a command loop and the broker behind it. Imports nothing but the JDK; the projects
 * below {@code benchmarks/peers} compile this package once more, beside their own broker.
 */
package io.maxmq.benchmarks.peer;
