/**
 * Queries and operations of an operator: clients, sessions, subscriptions, retained messages, bans, and the explanation of
 * where a message goes. Each query visits the event loops one after another and returns pages.
 */
package io.maxmq.core.admin;
