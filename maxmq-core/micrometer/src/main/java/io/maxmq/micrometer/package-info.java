/** Metrics for Micrometer. Needs {@code io.micrometer:micrometer-core}, which MaxMQ does not bring along. */
package io.maxmq.micrometer;
