/**
 * A broker on class paths that others have made. Start at {@link io.maxmq.examples.classpath.ClientRoundtrips}; the class paths are those of
 * the poms in {@code cases}.
 */
package io.maxmq.examples.classpath;
