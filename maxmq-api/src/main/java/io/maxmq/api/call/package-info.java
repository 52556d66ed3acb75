/** A call of the API between HTTP and the operations: {@link io.maxmq.api.call.Call} in, {@link io.maxmq.api.call.Answer} out. */
package io.maxmq.api.call;
