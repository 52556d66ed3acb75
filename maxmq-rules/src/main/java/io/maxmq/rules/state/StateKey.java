package io.maxmq.rules.state;

import io.maxmq.spi.Tenant;

/** A key of one tenant's rules. */
record StateKey(Tenant tenant, String key) {}
