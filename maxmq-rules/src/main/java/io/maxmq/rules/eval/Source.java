package io.maxmq.rules.eval;

/**
 * A source of a statement's FROM.
 *
 *
 * @param text a topic filter, or the topic of an event, which may have wildcards
 *
 * @param isEvent whether it names events; else messages by their topic
 */
public record Source(String text, boolean isEvent) {}
