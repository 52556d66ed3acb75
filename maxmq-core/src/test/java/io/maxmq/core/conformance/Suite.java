package io.maxmq.core.conformance;

import io.maxmq.Listeners;
import io.maxmq.MaxMQBuilder;
import io.maxmq.TestBroker;
import io.maxmq.config.Listener;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * One broker for the tests of a class, which listens, and whose clock stands still. Tests keep apart by the client ids and
 * topics that they use. Most run at level 4, which is MQTT 3.1.1, and at level 5.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class Suite {
    TestBroker broker;
    private final List<Peer> peers = new ArrayList<>();
    private final Map<String, MessageIds> sessions = new HashMap<>();

    @BeforeAll
    void start() {
        broker = brokerWith(this::settings);
    }

    /** What the broker of this class has beside a listener. */
    MaxMQBuilder settings(MaxMQBuilder builder) {
        return builder;
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    @AfterEach
    void closePeers() {
        peers.forEach(Peer::close);
        peers.clear();
        sessions.clear();
    }

    /** Another broker, which the test has to close. */
    static TestBroker brokerWith(UnaryOperator<MaxMQBuilder> settings) {
        return TestBroker.start(builder -> settings.apply(builder.listener(Listener.tcp(0))));
    }

    /** A connection on which nothing was sent. */
    Peer open(int level) {
        return open(level, broker);
    }

    Peer open(int level, TestBroker at) {
        return open(level, at, new MessageIds());
    }

    private Peer open(int level, TestBroker at, MessageIds ids) {
        Listeners.Bound tcp = at.broker().listeners().tcp();
        Peer peer = new Peer(level, tcp.host(), tcp.port(), ids);
        peers.add(peer);
        return peer;
    }

    /** CONNECT with Clean Start 1, a session that ends with the connection, and no wish for reason strings. */
    static String connect(int level, String clientId) {
        return "10: <MQTT> 0%d 02 0000 {17 00} <%s>".formatted(level, clientId);
    }

    /** CONNECT with Clean Start 0 and a session that outlives the connection by an hour at level 5. */
    static String resume(int level, String clientId) {
        return "10: <MQTT> 0%d 00 0000 {17 00 11 00000E10} <%s>".formatted(level, clientId);
    }

    Peer connected(int level, String clientId) {
        Peer peer = open(level).send(connect(level, clientId));
        peer.expectAccepted();
        return peer;
    }

    /** With the session of an earlier one, if there is one. */
    Peer resumed(int level, String clientId) {
        MessageIds ids = sessions.computeIfAbsent(clientId, key -> new MessageIds());
        Peer peer = open(level, broker, ids).send(resume(level, clientId));
        peer.expectAccepted();
        return peer;
    }

    /** Connected and subscribed, packet id 1. */
    Peer subscribed(int level, String clientId, String filter, int qos) {
        return connected(level, clientId)
                .send("82: 0001 {} <%s> 0%d".formatted(filter, qos))
                .expect("90: 0001 {} 0%d".formatted(qos));
    }

    /** Goes without goodbye; returns when the broker has noticed. */
    void lose(Peer peer, String clientId) {
        awaitEnd(clientId, peer::close);
    }

    /** Returns when the broker has noticed that this ended the client's connection. */
    void awaitEnd(String clientId, Runnable end) {
        Predicate<ClientDisconnected> its = event -> event.client().clientId().equals(clientId);
        long before = broker.events().of(ClientDisconnected.class).stream()
                .filter(its)
                .count();
        end.run();
        broker.events().awaitAll(ClientDisconnected.class, its, (int) before + 1);
    }
}
