/** Errors of a statement, found at its creation or while it runs. */
package io.maxmq.rules.error;
