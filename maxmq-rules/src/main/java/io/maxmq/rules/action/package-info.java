/**
 * The sinks that come with the engine: publish again, send over HTTP, append to a file, log, hand to the program. Start at {@link
 * io.maxmq.rules.action.RepublishSink}.
 */
package io.maxmq.rules.action;
