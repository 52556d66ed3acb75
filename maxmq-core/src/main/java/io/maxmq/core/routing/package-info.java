/**
 * Routing of messages to recipients: topics, the subscription tree, shared-subscription choice, retained messages.
 * Called on the event loops; reads take no lock, and nothing here blocks or recurses. May use the codec's topic types,
 * but no layer of the broker above it: messages reach that layer through {@link io.maxmq.core.routing.Subscriber}.
 * Start with {@link io.maxmq.core.routing.SubscriptionTree}.
 */
package io.maxmq.core.routing;
