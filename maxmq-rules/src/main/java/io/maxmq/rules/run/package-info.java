/**
 * What runs rules: from the broker's event loops through bounded queues to lanes, which evaluate, and on to sinks. Start at {@link
 * io.maxmq.rules.run.Engine}.
 */
package io.maxmq.rules.run;
