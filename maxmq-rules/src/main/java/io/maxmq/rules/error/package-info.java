/** What is wrong with a statement, found at its creation or while it runs. */
package io.maxmq.rules.error;
