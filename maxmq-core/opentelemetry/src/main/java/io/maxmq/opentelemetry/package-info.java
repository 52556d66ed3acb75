/**
 * Spans for messages that carry a W3C trace context in their user properties. Start at {@link
 * io.maxmq.opentelemetry.OpenTelemetryTracing}.
 */
package io.maxmq.opentelemetry;
