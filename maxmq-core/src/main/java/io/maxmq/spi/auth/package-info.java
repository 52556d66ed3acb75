/**
 * Authentication and authorization of clients: authenticators, authorizers, and their sealed results. Called on event
 * loops, asynchronous, with a deadline; every failure denies. Start at {@link io.maxmq.spi.auth.Authenticator} and
 * {@link io.maxmq.spi.auth.Authorizer}.
 */
package io.maxmq.spi.auth;
