package io.maxmq.core.session;

import io.maxmq.core.routing.RetainedCursor;
import io.maxmq.core.routing.Subscription;

/** Retained messages on their way to a new subscription: as far as the client has taken them. */
record RetainedDelivery(RetainedCursor cursor, Subscription subscription) {}
