/** Callers of the API and their permissions. Start at {@link io.maxmq.api.access.ApiAuthenticator}. */
package io.maxmq.api.access;
