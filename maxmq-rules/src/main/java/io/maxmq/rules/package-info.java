/**
 * Rules on messages and events, in SQL or as lambdas. Start at {@link io.maxmq.rules.RuleEngine}.
 */
package io.maxmq.rules;
