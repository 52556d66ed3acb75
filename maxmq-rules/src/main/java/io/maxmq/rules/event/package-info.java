/**
 * Events of the language: the sources that FROM may name, and the fields of each. Start at {@link
 * io.maxmq.rules.event.Event} and {@link io.maxmq.rules.event.EventKind}.
 */
package io.maxmq.rules.event;
