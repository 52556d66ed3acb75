/**
 * The state of rules: in memory for evaluation, and written through to the broker's storage if there is one. Start at
 * {@link io.maxmq.rules.state.RuleState}.
 */
package io.maxmq.rules.state;
