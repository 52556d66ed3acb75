/**
 * A broker inside a program. Start at {@link io.maxmq.examples.quickstart.Quickstart}, which the README shows; {@link
 * io.maxmq.examples.quickstart.Roundtrip} adds a client.
 */
package io.maxmq.examples.quickstart;
