package io.maxmq.core.access;

import io.maxmq.codec.QoS;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one client may do: asks the authorizers and remembers what they let it remember. The caller looks first
 * ({@code …Decision}, which costs a field or a hash lookup) and asks when nothing is known.
 *
 * <p>Topics are looked up by a key: a shared topic object or the topic's string, as long as equal keys are the same
 * topic. Answers are {@link Authorization.Allowed} or {@link Authorization.Denied}, never next, called once on the loop,
 * perhaps before the asking method returns; a denial's reason code fits the answering packet.
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

    /** @param allowsEverything whether nobody is asked */
    ClientAccess(Access access, ClientInfo client, CallerLoop loop, boolean allowsEverything) {
        this.access = access;
        this.client = client;
        this.loop = loop;
        this.allowsEverything = allowsEverything;
    }

    /** Who this is about. */
    public ClientInfo client() {
        return client;
    }

    /** What is known about a PUBLISH; null when {@link #publish} has to ask. */
    public @Nullable Authorization publishDecision(Object topicKey, QoS qos, boolean retain) { // hot: per message
        if (allowsEverything) {
            return Authorization.allowed();
        }
        return cache.find(topicKey, AuthorizationCache.publishSlot(qos, retain), access.epoch());
    }

    /** Asks about a PUBLISH. */
    public void publish(Object topicKey, Action.Publish action, Consumer<Authorization> answer) {
        ask(topicKey, AuthorizationCache.publishSlot(action.qos(), action.retain()), action, answer);
    }

    /** What is known about a delivery; null when {@link #receive} has to ask. */
    public @Nullable Authorization receiveDecision(Object topicKey) { // hot: per delivery
        if (allowsEveryReceive()) {
            return Authorization.allowed();
        }
        return cache.find(topicKey, AuthorizationCache.RECEIVE, access.epoch());
    }

    /** Whether nobody asks about deliveries: as long as the rules are what they are. */
    public boolean allowsEveryReceive() {
        return allowsEverything || !access.authorizesReceive();
    }

    /** Asks about a delivery. */
    public void receive(Object topicKey, Action.Receive action, Consumer<Authorization> answer) {
        if (allowsEveryReceive()) {
            answer.accept(Authorization.allowed());
            return;
        }
        ask(topicKey, AuthorizationCache.RECEIVE, action, answer);
    }

    /** Asks whether the client may connect with its client id; never remembered. */
    public void connect(Consumer<Authorization> answer) {
        if (allowsEverything || !access.authorizesConnect()) {
            answer.accept(Authorization.allowed());
        } else {
            ask(new Action.Connect(client.clientId()), answer);
        }
    }

    /** Asks about a subscription; never remembered. */
    public void subscribe(Action.Subscribe action, Consumer<Authorization> answer) {
        ask(action, answer);
    }

    /** Asks about a will; never remembered. */
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

    /** Whether this denies because an authorizer has failed: nobody has taken a right away. */
    @SuppressWarnings("ReferenceEquality") // it looks like any other
    public static boolean isFailure(Authorization decision) {
        return decision == AuthorizationQuestion.FAILED;
    }

    private static boolean cacheable(Authorization decision) {
        return decision instanceof Authorization.Allowed allowed
                ? allowed.cacheable()
                : decision instanceof Authorization.Denied denied && denied.cacheable();
    }
}
