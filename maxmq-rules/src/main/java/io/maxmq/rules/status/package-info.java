/**
 * The status of rules: figures, errors and samples at one moment. Start at {@link io.maxmq.rules.status.RuleStatus}.
 */
package io.maxmq.rules.status;
