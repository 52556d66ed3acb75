/**
 * What comes out of a rule, as sinks see it and as the built-in ones use it, with the rule's figures. Start at {@link
 * io.maxmq.rules.output.Output}.
 */
package io.maxmq.rules.output;
