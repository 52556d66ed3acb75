/**
 * Authenticators that come with the broker: a password file, client certificates, JSON Web Tokens, SCRAM and an HTTP service; and
 * an authorizer, access control lists. Handed to the builder; built on {@code io.maxmq.spi} alone, as an embedder's own would be.
 * They never block an event loop. Start at {@link io.maxmq.auth.PasswordFile} and {@link io.maxmq.auth.Acl}.
 */
package io.maxmq.auth;
