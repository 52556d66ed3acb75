package io.maxmq.examples.ratelimit;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;

/** A broker that takes 10 messages at once and 20 per second from each client, until Enter is pressed. */
public final class LimitedBroker {
    private LimitedBroker() {}

    public static void main(String[] args) throws Exception {
        try (MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .rateLimiter(new TokenBucketLimiter(10, 20))
                .start()) {
            int port = broker.listeners().tcp().port();
            System.out.println("20 messages per second and client on port " + port);
            System.in.read(); // until Enter is pressed
        }
    }
}
