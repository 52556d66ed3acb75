/**
 * The application as a client: messages that it publishes, and its own subscriptions with and without a session.
 */
package io.maxmq.core.inprocess;
