/**
 * The listeners of a broker: opened at its start, added, removed and paused while it runs; their certificates are watched
 * and reloaded.
 */
package io.maxmq.core.listener;
