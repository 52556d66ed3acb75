/** Deadlines: the timer wheel that each event loop owns. Runs on the loop; imports nothing of the broker. */
package io.maxmq.core.time;
