package io.maxmq.core.access;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.FakeClock;
import io.maxmq.core.observe.Loggers;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@SuppressWarnings("FutureReturnValueIgnored") // plug-ins that misbehave deliberately
class AccessTest {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final FakeClock clock = new FakeClock();
    private final FakeLoop loop = new FakeLoop(clock);
    private final Loggers loggers = new Loggers("test");
    private final WorkerPool workers = new WorkerPool("worker", 1, 1, Duration.ofSeconds(10), loggers);
    private final Events events = new Events(workers, clock, loggers);
    private final List<AuthenticationResult> results = new ArrayList<>();
    private final List<Authorization> decisions = new ArrayList<>();

    @AfterEach
    void close() {
        workers.close();
    }

    // authentication

    @Test
    void startFailsWithTheRemedyWhenNoClientCouldConnect() {
        Access access = access(List.of(), List.of(), false);

        assertThatIllegalStateException()
                .isThrownBy(access::start)
                .withMessageContaining(".authenticator(")
                .withMessageContaining(".allowAnonymous()");
        access.authenticate(request("u", "p"), loop, results::add);
        assertThat(results).first().isInstanceOf(AuthenticationResult.Denied.class);
    }

    @Test
    void allowsAllClientsWithoutAuthenticatorWhenAnonymousIsAllowed() {
        Access access = access(List.of(), List.of(), true);
        access.start();

        access.authenticate(request("u", "p"), loop, results::add);

        assertThat(results)
                .singleElement()
                .isInstanceOfSatisfying(
                        AuthenticationResult.Allowed.class,
                        allowed -> assertThat(allowed.vouchesForUsername()).isFalse());
    }

    @Test
    void firstDecisionOfTheChainWins() {
        List<String> asked = new ArrayList<>();
        AuthenticationResult.Denied banned = AuthenticationResult.denied(ReasonCode.BANNED, "go away");
        Access access = access(
                List.of(
                        authenticator("a", asked, AuthenticationResult.next()),
                        authenticator("b", asked, banned),
                        authenticator("c", asked, AuthenticationResult.allowed())),
                List.of(),
                true);

        access.authenticate(request("u", "p"), loop, results::add);

        assertThat(results).containsExactly(banned);
        assertThat(asked).containsExactly("a", "b");
    }

    @Test
    void deniesWhenNoAuthenticatorDecides() {
        Access access = access(List.of(authenticator("a", AuthenticationResult.next())), List.of(), true);

        access.authenticate(request("u", "p"), loop, results::add);
        access.authenticate(request("u", null), loop, results::add);
        access.authenticate(request(null, "p"), loop, results::add);

        assertThat(results)
                .hasSize(3)
                .allMatch(result -> result instanceof AuthenticationResult.Denied denied
                        && denied.reasonCode() == ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void clientWithoutCredentialsIsAnonymousWhenNoAuthenticatorDecides() {
        access(List.of(authenticator("a", AuthenticationResult.next())), List.of(), true)
                .authenticate(request(null, null), loop, results::add);
        access(List.of(authenticator("a", AuthenticationResult.next())), List.of(), false)
                .authenticate(request(null, null), loop, results::add);
        access(List.of(authenticator("a", AuthenticationResult.denied())), List.of(), true)
                .authenticate(request(null, null), loop, results::add);

        assertThat(results.get(0)).isInstanceOf(AuthenticationResult.Allowed.class);
        assertThat(results.get(1)).isInstanceOf(AuthenticationResult.Denied.class);
        assertThat(results.get(2)).isInstanceOf(AuthenticationResult.Denied.class);
    }

    static List<Arguments> failures() {
        Function<AuthenticationRequest, CompletionStage<AuthenticationResult>> throwing = request -> {
            throw new IllegalStateException("on purpose");
        };
        Function<AuthenticationRequest, CompletionStage<AuthenticationResult>> error = request -> {
            throw new StackOverflowError("on purpose");
        };
        return List.of(
                Arguments.of("throws", throwing),
                Arguments.of("throws an error", error),
                Arguments.of("no stage", (Function<Object, Object>) request -> null),
                Arguments.of("no value", (Function<Object, Object>) request -> CompletableFuture.completedFuture(null)),
                Arguments.of("fails", (Function<Object, Object>)
                        request -> CompletableFuture.failedFuture(new IllegalStateException("on purpose"))),
                Arguments.of("fails, minimal stage", (Function<Object, Object>)
                        request -> CompletableFuture.failedStage(new IllegalStateException("on purpose"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void failureDeniesAlthoughTheNextAuthenticatorWouldAllow(
            String how, Function<AuthenticationRequest, CompletionStage<AuthenticationResult>> plugin) {
        Access access =
                access(List.of(plugin::apply, authenticator("b", AuthenticationResult.allowed())), List.of(), true);

        access.authenticate(request(null, null), loop, results::add);

        assertThat(results).containsExactly(AuthenticationResult.denied(ReasonCode.SERVER_UNAVAILABLE, null));
        assertThat(events.failures().count(each -> true)).isEqualTo(1);
        assertThat(loop.openTimers()).isZero();
    }

    @Test
    void timeoutDeniesAndALateAnswerIsIgnored() {
        CompletableFuture<AuthenticationResult> pending = new CompletableFuture<>();
        Access access = access(List.of(request -> pending), List.of(), true);

        access.authenticate(request("u", "p"), loop, results::add);
        loop.advance(DEADLINE.minusMillis(1));
        assertThat(results).isEmpty();
        loop.advance(Duration.ofMillis(1));
        pending.complete(AuthenticationResult.allowed());
        loop.runTasks();

        assertThat(results).containsExactly(AuthenticationResult.denied(ReasonCode.SERVER_UNAVAILABLE, null));
        assertThat(events.failures().count(each -> true)).isEqualTo(1);
    }

    @Test
    void failureAfterTheDeadlineIsIgnored() {
        CompletableFuture<AuthenticationResult> pending = new CompletableFuture<>();
        Access access = access(List.of(request -> pending), List.of(), true);

        access.authenticate(request("u", "p"), loop, results::add);
        loop.advance(DEADLINE);
        pending.completeExceptionally(new IllegalStateException("on purpose"));
        loop.runTasks();

        assertThat(results).hasSize(1);
        assertThat(events.failures().count(each -> true)).isEqualTo(1);
    }

    @Test
    void deadlineCoversTheWholeChain() {
        CompletableFuture<AuthenticationResult> first = new CompletableFuture<>();
        CompletableFuture<AuthenticationResult> second = new CompletableFuture<>();
        Access access = access(List.of(request -> first, request -> second), List.of(), true);

        access.authenticate(request("u", "p"), loop, results::add);
        loop.advance(DEADLINE.minusSeconds(1));
        first.complete(AuthenticationResult.next());
        loop.runTasks();
        assertThat(results).isEmpty();
        loop.advance(Duration.ofSeconds(1));

        assertThat(results).first().isInstanceOf(AuthenticationResult.Denied.class);
    }

    @Test
    void answerFromAnotherThreadIsDeliveredOnTheLoop() throws Exception {
        CompletableFuture<AuthenticationResult> pending = new CompletableFuture<>();
        Access access = access(List.of(request -> pending), List.of(), true);

        access.authenticate(request("u", "p"), loop, results::add);
        CompletableFuture.runAsync(() -> pending.complete(AuthenticationResult.allowed()))
                .get(10, TimeUnit.SECONDS);

        assertThat(results).isEmpty();
        loop.awaitTask();
        assertThat(results).containsExactly(AuthenticationResult.allowed());
        assertThat(loop.openTimers()).isZero();
    }

    @Test
    void blockingAuthenticatorRunsOnAWorker() throws Exception {
        CompletableFuture<String> thread = new CompletableFuture<>();
        Access access = access(
                List.of(Authenticator.blocking(request -> {
                    thread.complete(Thread.currentThread().getName());
                    return AuthenticationResult.allowed();
                })),
                List.of(),
                true);

        access.authenticate(request("u", "p"), loop, results::add);

        assertThat(results).isEmpty();
        loop.awaitTask();
        assertThat(results).containsExactly(AuthenticationResult.allowed());
        assertThat(thread.get()).startsWith("maxmq-test-worker-");
    }

    @Test
    void deniesWhenABlockingAuthenticatorThrows() throws Exception {
        Access access = access(
                List.of(Authenticator.blocking(request -> {
                    throw new IOException("on purpose");
                })),
                List.of(),
                true);

        access.authenticate(request("u", "p"), loop, results::add);
        loop.awaitTask();

        assertThat(results).containsExactly(AuthenticationResult.denied(ReasonCode.SERVER_UNAVAILABLE, null));
    }

    @Test
    void deniesAsBusyWhenTheWorkerPoolIsFull() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        workers.execute(() -> {
            running.countDown();
            awaitQuietly(release);
        });
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        workers.execute(() -> {});
        Access access =
                access(List.of(Authenticator.blocking(request -> AuthenticationResult.allowed())), List.of(), true);

        access.authenticate(request("u", "p"), loop, results::add);
        release.countDown();

        assertThat(results).containsExactly(AuthenticationResult.denied(ReasonCode.SERVER_BUSY, null));
        assertThat(loop.openTimers()).isZero();
    }

    @Test
    void deniesAtTheDeadlineWhenABlockingAuthenticatorHangs() {
        CountDownLatch release = new CountDownLatch(1);
        Access access = access(
                List.of(Authenticator.blocking(request -> {
                    awaitQuietly(release);
                    return AuthenticationResult.allowed();
                })),
                List.of(),
                true);

        access.authenticate(request("u", "p"), loop, results::add);
        loop.advance(DEADLINE);
        release.countDown();

        assertThat(results).containsExactly(AuthenticationResult.denied(ReasonCode.SERVER_UNAVAILABLE, null));
    }

    @Test
    void longChainOfSynchronousAnswersDoesNotOverflowTheStack() {
        List<Authenticator> chain =
                new ArrayList<>(Collections.nCopies(20_000, authenticator("a", AuthenticationResult.next())));
        chain.add(authenticator("last", AuthenticationResult.allowed()));

        access(chain, List.of(), false).authenticate(request("u", "p"), loop, results::add);

        assertThat(results).containsExactly(AuthenticationResult.allowed());
    }

    @Test
    void exceptionOfTheCallerIsPropagated() {
        Access access = access(List.of(authenticator("a", AuthenticationResult.allowed())), List.of(), true);

        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> access.authenticate(request("u", "p"), loop, result -> {
                    throw new ArithmeticException();
                }));
        assertThat(events.failures().count(each -> true)).isZero();
    }

    @Test
    void authenticationCanRenameTheClient() {
        ClientInfo client = client("u");
        AuthenticationResult.Allowed renamed = AuthenticationResult.allowed()
                .withUsername("v")
                .withClientId("d")
                .withTenant(new Tenant("t"))
                .withAttributes(Map.of("role", "x"));

        ClientInfo after = Access.authenticated(client, renamed);

        assertThat(after.username()).contains("v");
        assertThat(after.clientId()).isEqualTo("d");
        assertThat(after.tenant()).isEqualTo(new Tenant("t"));
        assertThat(after.attributes()).containsEntry("role", "x");
        assertThat(Access.authenticated(client, AuthenticationResult.allowed())).isSameAs(client);
    }

    // authorization

    @Test
    void allowsEverythingWithoutAuthorizer() {
        ClientAccess client = open(access(List.of(), List.of(), true));

        assertThat(client.publishDecision("t", QoS.AT_MOST_ONCE, false)).isSameAs(Authorization.allowed());
        assertThat(client.receiveDecision("t")).isSameAs(Authorization.allowed());
        client.subscribe(new Action.Subscribe("#", null, QoS.AT_MOST_ONCE), decisions::add);
        client.will(new Action.Will("t", QoS.AT_MOST_ONCE, false), decisions::add);
        assertThat(decisions).containsExactly(Authorization.allowed(), Authorization.allowed());
    }

    @Test
    void cachesADecisionPerTopicQosAndRetain() {
        Recorder acl = new Recorder((client, action) -> Authorization.allowed());
        ClientAccess client = open(access(List.of(), List.of(acl), true));

        assertThat(client.publishDecision("t", QoS.AT_LEAST_ONCE, true)).isNull();
        publish(client, "t", QoS.AT_LEAST_ONCE, true);

        assertThat(client.publishDecision(new String("t"), QoS.AT_LEAST_ONCE, true))
                .isSameAs(Authorization.allowed());
        assertThat(client.publishDecision("t", QoS.AT_LEAST_ONCE, false)).isNull();
        assertThat(client.publishDecision("t", QoS.EXACTLY_ONCE, true)).isNull();
        assertThat(client.publishDecision("u", QoS.AT_LEAST_ONCE, true)).isNull();
        assertThat(acl.asked).containsExactly(new Action.Publish("t", QoS.AT_LEAST_ONCE, true));
    }

    @Test
    void cachesDenials() {
        ClientAccess client = open(access(List.of(), List.of(new Recorder((c, a) -> Authorization.denied())), true));

        publish(client, "t", QoS.AT_MOST_ONCE, false);

        assertThat(client.publishDecision("t", QoS.AT_MOST_ONCE, false)).isSameAs(Authorization.denied());
    }

    @Test
    void doesNotCacheOneTimeDecisionsAndFailures() {
        Recorder once = new Recorder((client, action) -> Authorization.allowedOnce());
        ClientAccess client = open(access(List.of(), List.of(once), true));
        publish(client, "t", QoS.AT_MOST_ONCE, false);
        assertThat(client.publishDecision("t", QoS.AT_MOST_ONCE, false)).isNull();

        Authorizer throwing = (c, action) -> {
            throw new IllegalStateException("on purpose");
        };
        ClientAccess other = open(access(List.of(), List.of(throwing), true));
        publish(other, "t", QoS.AT_MOST_ONCE, false);

        assertThat(decisions.get(1)).isInstanceOf(Authorization.Denied.class);
        assertThat(other.publishDecision("t", QoS.AT_MOST_ONCE, false)).isNull();
    }

    @Test
    void clearsTheCacheWhenTheRulesChange() {
        Recorder acl = new Recorder((client, action) -> Authorization.allowed());
        Access access = access(List.of(), List.of(acl), true);
        access.start();
        ClientAccess client = open(access);
        List<String> told = new ArrayList<>();
        access.onRulesChanged(() -> told.add("changed"));
        publish(client, "t", QoS.AT_MOST_ONCE, false);

        acl.changed.run();

        assertThat(client.publishDecision("t", QoS.AT_MOST_ONCE, false)).isNull();
        assertThat(told).containsExactly("changed");
        publish(client, "t", QoS.AT_MOST_ONCE, false);
        assertThat(client.publishDecision("t", QoS.AT_MOST_ONCE, false)).isSameAs(Authorization.allowed());
    }

    @Test
    void doesNotCacheAnAnswerThatArrivesAfterARuleChange() {
        CompletableFuture<Authorization> pending = new CompletableFuture<>();
        Recorder acl = new Recorder((client, action) -> Authorization.allowed()) {
            @Override
            public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                return pending;
            }
        };
        Access access = access(List.of(), List.of(acl), true);
        access.start();
        ClientAccess client = open(access);

        publish(client, "t", QoS.AT_MOST_ONCE, false);
        acl.changed.run();
        pending.complete(Authorization.allowed());
        loop.runTasks();

        assertThat(decisions).containsExactly(Authorization.allowed());
        assertThat(client.publishDecision("t", QoS.AT_MOST_ONCE, false)).isNull();
    }

    @Test
    void cacheBoundsTheNumberOfTopics() {
        AuthorizationCache cache = new AuthorizationCache();
        int slot = AuthorizationCache.publishSlot(QoS.AT_MOST_ONCE, false);

        for (int i = 0; i < 10_000; i++) {
            cache.put("t" + i, slot, Authorization.allowed(), 0, 0);
        }

        assertThat(cache.topics()).isEqualTo(AuthorizationCache.MAX_TOPICS);
        assertThat(cache.find("t9999", slot, 0)).isNotNull();
        assertThat(cache.find("t0", slot, 0)).isNull();
    }

    @Test
    void cacheBoundsTheLengthOfTopicNames() {
        AuthorizationCache cache = new AuthorizationCache();
        int slot = AuthorizationCache.RECEIVE;
        String half = "-".repeat(AuthorizationCache.MAX_CHARACTERS / 2 - 1);

        cache.put(half + half + half, slot, Authorization.allowed(), 0, 0);
        assertThat(cache.topics()).isZero();

        for (int i = 0; i < 5; i++) {
            cache.put(i + half, slot, Authorization.allowed(), 0, 0);
        }
        assertThat(cache.topics()).isEqualTo(2);
        assertThat(cache.find("4" + half, slot, 0)).isNotNull();

        for (int i = 0; i < AuthorizationCache.MAX_TOPICS; i++) {
            cache.put("t" + i, slot, Authorization.allowed(), 0, 0);
        }
        assertThat(cache.topics()).isEqualTo(AuthorizationCache.MAX_TOPICS);
        assertThat(cache.find("4" + half, slot, 0)).isNull();
    }

    @Test
    void evictedTopicIsNotFoundAsTheLastTopic() {
        AuthorizationCache cache = new AuthorizationCache();
        String first = "first";
        cache.put(first, AuthorizationCache.RECEIVE, Authorization.allowed(), 0, 0);
        assertThat(cache.find(first, AuthorizationCache.RECEIVE, 0)).isNotNull();

        for (int i = 0; i < AuthorizationCache.MAX_TOPICS; i++) {
            cache.put("t" + i, AuthorizationCache.RECEIVE, Authorization.allowed(), 0, 0);
        }

        assertThat(cache.find(first, AuthorizationCache.RECEIVE, 0)).isNull();
    }

    @Test
    void deniesTheActionWhenNoAuthorizerDecides() {
        ClientAccess client = open(access(List.of(), List.of(new Recorder((c, a) -> Authorization.next())), true));

        client.subscribe(new Action.Subscribe("#", null, QoS.AT_MOST_ONCE), decisions::add);

        assertThat(decisions).containsExactly(Authorization.denied());
    }

    @Test
    void replacesAReasonCodeThatIsInvalidInTheAnsweringPacket() {
        Recorder acl = new Recorder((client, action) -> new Authorization.Denied(ReasonCode.BANNED, false));
        ClientAccess client = open(access(List.of(), List.of(acl), true));

        publish(client, "t", QoS.AT_LEAST_ONCE, false);
        client.subscribe(new Action.Subscribe("#", null, QoS.AT_MOST_ONCE), decisions::add);
        client.will(new Action.Will("t", QoS.AT_MOST_ONCE, false), decisions::add);

        assertThat(decisions)
                .extracting(decision -> ((Authorization.Denied) decision).reasonCode())
                .containsExactly(ReasonCode.NOT_AUTHORIZED, ReasonCode.NOT_AUTHORIZED, ReasonCode.BANNED);
    }

    @Test
    void onlyAuthorizersOfDeliveriesDecideAboutDeliveries() {
        Recorder plain = new Recorder((client, action) -> Authorization.denied());
        Recorder strict = new Recorder((client, action) -> Authorization.next()) {
            @Override
            public boolean authorizesReceive() {
                return true;
            }
        };

        assertThat(open(access(List.of(), List.of(plain), true)).receiveDecision("t"))
                .isSameAs(Authorization.allowed());

        ClientAccess both = open(access(List.of(), List.of(plain, strict), true));
        assertThat(both.receiveDecision("t")).isNull();
        both.receive("t", new Action.Receive("t"), decisions::add);
        assertThat(decisions).containsExactly(Authorization.allowed());
        assertThat(both.receiveDecision("t")).isSameAs(Authorization.allowed());
        assertThat(plain.asked).isEmpty();

        ClientAccess alone = open(access(List.of(), List.of(strict), true));
        alone.receive("t", new Action.Receive("t"), decisions::add);
        assertThat(decisions.get(1)).isEqualTo(Authorization.denied());
    }

    @Test
    void closeRemovesTheRegistrationAtTheAuthorizerOnce() {
        Recorder acl = new Recorder((client, action) -> Authorization.allowed());
        Access access = access(List.of(), List.of(acl), true);
        access.start();

        access.close();
        access.close();

        assertThat(acl.registrationsClosed).isEqualTo(1);
    }

    private void publish(ClientAccess client, String topic, QoS qos, boolean retain) {
        client.publish(topic, new Action.Publish(topic, qos, retain), decisions::add);
    }

    private ClientAccess open(Access access) {
        return access.open(client("u"), loop);
    }

    private Access access(List<Authenticator> authenticators, List<Authorizer> authorizers, boolean allowAnonymous) {
        return new Access(
                new AccessSettings(authenticators, List.of(), authorizers, allowAnonymous, DEADLINE),
                new PluginCalls(workers, events.failures()),
                clock,
                events);
    }

    private static Authenticator authenticator(String name, AuthenticationResult result) {
        return authenticator(name, new ArrayList<>(), result);
    }

    private static Authenticator authenticator(String name, List<String> asked, AuthenticationResult result) {
        return request -> {
            asked.add(name);
            return CompletableFuture.completedStage(result);
        };
    }

    private static AuthenticationRequest request(String username, String password) {
        return new AuthenticationRequest(
                client(username), password == null ? null : password.getBytes(StandardCharsets.UTF_8), List.of());
    }

    private static ClientInfo client(String username) {
        return ClientInfo.builder("c", ProtocolVersion.MQTT_5, InetSocketAddress.createUnresolved("h", 1), "tcp")
                .username(username)
                .build();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An authorizer that records the requested actions. */
    private static class Recorder implements Authorizer {
        private final List<Action> asked = new ArrayList<>();
        private final BiFunction<ClientInfo, Action, Authorization> decision;
        private Runnable changed = () -> {};
        private int registrationsClosed;

        Recorder(BiFunction<ClientInfo, Action, Authorization> decision) {
            this.decision = decision;
        }

        @Override
        public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
            asked.add(action);
            return decision.apply(client, action).stage();
        }

        @Override
        public Registration onChange(Runnable listener) {
            changed = listener;
            return () -> registrationsClosed++;
        }
    }
}
