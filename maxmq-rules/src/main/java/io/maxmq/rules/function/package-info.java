/** The functions of the language, by name. Start at {@link io.maxmq.rules.function.Functions}. */
package io.maxmq.rules.function;
