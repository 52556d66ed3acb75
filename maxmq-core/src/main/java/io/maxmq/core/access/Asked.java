package io.maxmq.core.access;

/**
 * A plug-in with what is asked of it once, when the broker is built, so that a question runs none of its code but the
 * one method that is caught and timed. Immutable.
 */
record Asked<P>(P plugin, String name, boolean mayBlock) {}
