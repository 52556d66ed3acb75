package io.maxmq.examples.authenticator;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.util.Map;

/** A broker that asks for a password, until Enter is pressed. */
public final class PasswordBroker {
    private PasswordBroker() {}

    public static void main(String[] args) throws Exception {
        Map<String, HashedPassword> users = Map.of("alice", HashedPassword.of("wonderland"));
        try (PasswordAuthenticator passwords = new PasswordAuthenticator(users);
                MaxMQ broker = MaxMQ.builder()
                        .listener(Listener.tcp(0))
                        .authenticator(passwords)
                        .start()) {
            int port = broker.listeners().tcp().port();
            System.out.println("alice with the password wonderland connects to port " + port);
            System.in.read(); // until Enter is pressed
        }
    }
}
