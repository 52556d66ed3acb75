/**
 * JSON over bytes (RFC 8259): values read from it, values written as it, and the pass that finds the paths which rules ask for. What
 * is read is checked whole, its UTF-8 too. Imports the values alone. Start at {@link io.maxmq.rules.json.JsonReader}.
 */
package io.maxmq.rules.json;
