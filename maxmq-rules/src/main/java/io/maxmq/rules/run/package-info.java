/**
 * The execution of rules: from the broker's event loops through bounded queues to the evaluating lanes, and on to
 * sinks. Start at {@link io.maxmq.rules.run.RuleRegistry}.
 */
package io.maxmq.rules.run;
