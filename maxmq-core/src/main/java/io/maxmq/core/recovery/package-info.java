/**
 * State recovered from a previous run: sessions, subscriptions, queued and retained messages, and the expiry clock. Runs once,
 * before the listeners open.
 */
package io.maxmq.core.recovery;
