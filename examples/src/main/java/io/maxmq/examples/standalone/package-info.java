/**
 * A broker as a program of its own, packed with all it needs into {@code maxmq-standalone.jar}. Start at {@link
 * io.maxmq.examples.standalone.Standalone}.
 */
package io.maxmq.examples.standalone;
