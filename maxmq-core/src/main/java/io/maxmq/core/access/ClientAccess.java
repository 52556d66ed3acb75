package io.maxmq.core.access;

import io.maxmq.codec.QoS;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Permissions of one client: calls the authorizers and caches decisions that they mark as cacheable. The caller first
 * checks the cache ({@code …Decision}, at the cost of a field or hash look-up) and asks only if no decision is cached.
 *
 * <p>Topics are looked up by a key: a shared topic object or the topic's string, provided that equal keys are the same
 * topic. Answers are {@link Authorization.Allowed} or {@link Authorization.Denied}, never next. An answer is delivered
 * once, on the loop, possibly before the asking method returns. The reason code of a denial is valid in the answering
 * packet.
 *
 * <p>Runs on the client's loop. Not thread-safe.
 */
public final class ClientAccess {

    private final Access access;
    private final ClientInfo client;
    private final CallerLoop loop;
    private final boolean allowsEverything;
    private final AuthorizationCache cache = new AuthorizationCache();

    ClientAccess(Access access, ClientInfo client, CallerLoop loop) {
        this(access, client, loop, access.allowsEverything());
    }

    /** @param allowsEverything true to allow every action without calling an authorizer */
    ClientAccess(Access access, ClientInfo client, CallerLoop loop, boolean allowsEverything) {
        this.access = access;
        this.client = client;
        this.loop = loop;
        this.allowsEverything = allowsEverything;
    }

    /** The client. */
    public ClientInfo client() {
        return client;
    }

    /** Returns the cached decision about a PUBLISH; null if {@link #publish} must ask. */
    public @Nullable Authorization publishDecision(Object topicKey, QoS qos, boolean retain) { // hot: per message
        if (allowsEverything) {
            return Authorization.allowed();
        }
        return cache.find(topicKey, AuthorizationCache.publishSlot(qos, retain), access.epoch());
    }

    /** Asks the authorizers about a PUBLISH. */
    public void publish(Object topicKey, Action.Publish action, Consumer<Authorization> answer) {
        ask(topicKey, AuthorizationCache.publishSlot(action.qos(), action.retain()), action, answer);
    }

    /** Returns the cached decision about a delivery; null if {@link #receive} must ask. */
    public @Nullable Authorization receiveDecision(Object topicKey) { // hot: per delivery
        if (allowsEveryReceive()) {
            return Authorization.allowed();
        }
        return cache.find(topicKey, AuthorizationCache.RECEIVE, access.epoch());
    }

    /** True if deliveries need no authorization under the current rules. */
    public boolean allowsEveryReceive() {
        return allowsEverything || !access.authorizesReceive();
    }

    /** Asks the authorizers about a delivery. */
    public void receive(Object topicKey, Action.Receive action, Consumer<Authorization> answer) {
        if (allowsEveryReceive()) {
            answer.accept(Authorization.allowed());
            return;
        }
        ask(topicKey, AuthorizationCache.RECEIVE, action, answer);
    }

    /** Asks whether the client may connect with its client id. Never cached. */
    public void connect(Consumer<Authorization> answer) {
        if (allowsEverything || !access.authorizesConnect()) {
            answer.accept(Authorization.allowed());
        } else {
            ask(new Action.Connect(client.clientId()), answer);
        }
    }

    /** Asks the authorizers about a subscription. Never cached. */
    public void subscribe(Action.Subscribe action, Consumer<Authorization> answer) {
        ask(action, answer);
    }

    /** Asks the authorizers about a will. Never cached. */
    public void will(Action.Will action, Consumer<Authorization> answer) {
        ask(action, answer);
    }

    private void ask(Object topicKey, int slot, Action action, Consumer<Authorization> answer) {
        int askedEpoch = access.epoch();
        ask(action, decision -> {
            if (cacheable(decision)) {
                cache.put(topicKey, slot, decision, askedEpoch, access.epoch());
            }
            answer.accept(decision);
        });
    }

    private void ask(Action action, Consumer<Authorization> answer) {
        if (allowsEverything) {
            answer.accept(Authorization.allowed());
        } else {
            new AuthorizationQuestion(access, client, action, loop, answer).ask();
        }
    }

    /** True if the denial is caused by a failed authorizer: no permission was revoked. */
    @SuppressWarnings("ReferenceEquality") // equal to other denials
    public static boolean isFailure(Authorization decision) {
        return decision == AuthorizationQuestion.FAILED;
    }

    private static boolean cacheable(Authorization decision) {
        return decision instanceof Authorization.Allowed allowed
                ? allowed.cacheable()
                : decision instanceof Authorization.Denied denied && denied.cacheable();
    }
}
