/**
 * The parts of the event loops, assembled: what each loop has ({@link io.maxmq.core.engine.LoopAssembly}), the routes of each
 * tenant, and calls into all loops. Depends on the layers from {@code session} down and on no room above.
 */
package io.maxmq.core.engine;
