/** How rules are: figures, errors and samples at one moment. Start at {@link io.maxmq.rules.status.RuleStatus}. */
package io.maxmq.rules.status;
