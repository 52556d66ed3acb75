/**
 * From the text of a statement to its tree and back. Imports nothing of the other packages but the errors. Without state, so any
 * thread may use it. Start at {@link io.maxmq.rules.parse.StatementParser}.
 */
package io.maxmq.rules.parse;
