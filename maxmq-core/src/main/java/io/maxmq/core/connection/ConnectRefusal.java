package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;

/**
 * Reason for which the broker refuses a CONNECT.
 *
 * @param detail for people; empty for none
 */
record ConnectRefusal(ReasonCode reason, String detail) {}
