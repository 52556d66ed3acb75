/** The output of rules for sinks, and the figures of rules. Start at {@link io.maxmq.rules.output.Output}. */
package io.maxmq.rules.output;
