/**
 * Who gets a message: topics, the subscription tree, shared-subscription choice, retained messages. Called from the
 * event loops; reads take no lock, and nothing here blocks or recurses. May use the codec's topic types, and of the
 * broker nothing above it: what it gives back goes up through {@link io.maxmq.core.routing.Subscriber}. Start at
 * {@link io.maxmq.core.routing.SubscriptionTree}.
 */
package io.maxmq.core.routing;
