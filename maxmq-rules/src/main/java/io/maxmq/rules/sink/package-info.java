/**
 * Where records go: what somebody implements who wants them elsewhere than the built-in sinks bring them. Start at {@link
 * io.maxmq.rules.sink.Sink}.
 */
package io.maxmq.rules.sink;
