/**
 * Topic names, topic filters and share names: validity, matching, and which filter covers which (MQTT 5.0 §4.7, §4.8).
 * Immutable values, any thread; imports {@code io.maxmq.codec} only. Start at {@link
 * io.maxmq.codec.topic.TopicFilter}.
 */
package io.maxmq.codec.topic;
