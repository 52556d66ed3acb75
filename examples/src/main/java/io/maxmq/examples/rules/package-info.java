/** Rules of SQL and of lambdas, and one that refuses messages. Start at {@link io.maxmq.examples.rules.RulesBroker}. */
package io.maxmq.examples.rules;
