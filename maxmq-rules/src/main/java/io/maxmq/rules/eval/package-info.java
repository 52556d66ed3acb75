/**
 * From the tree of a statement to what runs it on an event. A {@link io.maxmq.rules.eval.Program} is made once and used by many
 * threads; an evaluation belongs to one. Imports the tree, the functions, JSON and the values. Start at {@link
 * io.maxmq.rules.eval.Program}.
 */
package io.maxmq.rules.eval;
