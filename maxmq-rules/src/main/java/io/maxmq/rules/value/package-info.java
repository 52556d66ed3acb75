/**
 * The values of the language. A value is a plain object: {@code null} is undefined, {@link io.maxmq.rules.value.JsonNull} is
 * JSON's null, {@link java.lang.Boolean}, {@link java.lang.Long} or (past 64 bits only) {@link java.math.BigInteger}, {@link
 * java.lang.Double} (finite), {@link io.maxmq.rules.value.Text}, {@link io.maxmq.rules.value.Bits}, {@link java.util.List} and
 * {@link java.util.Map} with {@link java.lang.String} keys in the order of the input. Lists and maps are never changed once another
 * can see them.
 */
package io.maxmq.rules.value;
