/** Management of a broker over HTTP. Start at {@link io.maxmq.api.ApiServer}. */
package io.maxmq.api;
