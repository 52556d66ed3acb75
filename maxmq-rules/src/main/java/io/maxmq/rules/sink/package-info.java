/** The interface of sinks, for destinations beside the built-in ones. Start at {@link io.maxmq.rules.sink.Sink}. */
package io.maxmq.rules.sink;
