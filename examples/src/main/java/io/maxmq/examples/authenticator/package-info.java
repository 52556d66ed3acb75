/**
 * An authenticator of the application. Start at {@link io.maxmq.examples.authenticator.PasswordBroker}; the work is
 * done in {@code PasswordAuthenticator}.
 */
package io.maxmq.examples.authenticator;
