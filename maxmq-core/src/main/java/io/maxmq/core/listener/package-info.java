/**
 * The listeners of a broker: opened at start; added, removed and paused at run time. Their certificates are watched and
 * reloaded.
 */
package io.maxmq.core.listener;
