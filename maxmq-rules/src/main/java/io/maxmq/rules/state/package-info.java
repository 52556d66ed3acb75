/**
 * What rules remember: in memory, where evaluation reads and writes it, and behind that in the broker's storage where there is one.
 * Start at {@link io.maxmq.rules.state.RuleState}.
 */
package io.maxmq.rules.state;
