/** A call of the API between HTTP and the operations: {@link io.maxmq.api.call.ApiCall} in, {@link io.maxmq.api.call.ApiAnswer} out. */
package io.maxmq.api.call;
