/**
 * Who may connect, publish and subscribe: authenticators, authorizers, and the sealed answers they give. Called on event
 * loops, asynchronous, with a deadline; whatever goes wrong denies. Start at {@link io.maxmq.spi.auth.Authenticator} and
 * {@link io.maxmq.spi.auth.Authorizer}.
 */
package io.maxmq.spi.auth;
