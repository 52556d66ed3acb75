package io.maxmq.core.access;

import io.maxmq.core.observe.Events;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Authenticates clients and authorizes their actions through the embedder's plug-in chains. Fails closed: an exception,
 * null, exceptional completion, a timeout, a full worker pool, and a chain without a decision all deny.
 *
 * <p>Call {@link #start()} before the first question; {@link #close()} removes the registrations at the authorizers.
 * Thread-safe; questions are asked and answered on event loops.
 */
public final class Access implements AutoCloseable {

    private static final AuthenticationResult.Allowed ANONYMOUS =
            AuthenticationResult.allowed().withoutUsername();

    private final List<NamedPlugin<Authenticator>> authenticators;
    private final Map<String, NamedPlugin<EnhancedAuthenticator>> enhanced = new HashMap<>();
    private final List<NamedPlugin<Authorizer>> authorizers;

    /** Subset of {@link #authorizers} that authorizes deliveries; replaced with each rule change. */
    private volatile List<NamedPlugin<Authorizer>> receiveAuthorizers;

    /** Subset of {@link #authorizers} that authorizes client ids; replaced with each rule change. */
    private volatile List<NamedPlugin<Authorizer>> connectAuthorizers;

    private final boolean allowAnonymous;
    private final Duration deadline;
    private final PluginCalls calls;
    private final Clock clock;
    private final AccessEvents events;
    private final List<Registration> registrations = new ArrayList<>(); // used by start and close, one thread at a time
    private final List<Runnable> changeListeners = new CopyOnWriteArrayList<>();

    /** Incremented with each rule change; cached decisions of an older epoch are dropped. */
    private final AtomicInteger epoch = new AtomicInteger();

    /** Creates an instance; calls no plug-in for a decision yet. */
    public Access(AccessSettings settings, PluginCalls calls, Clock clock, Events events) {
        List<NamedPlugin<Authenticator>> toAuthenticate = new ArrayList<>();
        for (Authenticator plugin : settings.authenticators()) {
            toAuthenticate.add(new NamedPlugin<>(
                    plugin, plugin.name(), plugin.mayBlock(), plugin.deadline().orElse(null)));
        }
        List<NamedPlugin<Authorizer>> toAuthorize = new ArrayList<>();
        for (Authorizer plugin : settings.authorizers()) {
            toAuthorize.add(new NamedPlugin<>(plugin, plugin.name(), plugin.mayBlock()));
        }
        this.authenticators = List.copyOf(toAuthenticate);
        this.authorizers = List.copyOf(toAuthorize);
        for (EnhancedAuthenticator plugin : settings.enhancedAuthenticators()) {
            enhanced.put(plugin.method(), new NamedPlugin<>(plugin, plugin.name(), plugin.mayBlock()));
        }
        this.allowAnonymous = settings.allowAnonymous();
        this.deadline = settings.deadline();
        this.calls = calls;
        this.clock = clock;
        this.events = new AccessEvents(events, clock);
        this.receiveAuthorizers = asked("authorizesReceive", Authorizer::authorizesReceive);
        this.connectAuthorizers = asked("authorizesConnect", Authorizer::authorizesConnect);
    }

    /**
     * Starts to listen for rule changes.
     *
     * @throws IllegalStateException if no client could ever connect; the message says what to add
     */
    public void start() {
        if (authenticators.isEmpty() && enhanced.isEmpty() && !allowAnonymous) {
            throw new IllegalStateException(
                    "no client could connect: there is no authenticator and anonymous clients are"
                            + " not allowed. Add .authenticator(...) to the builder, or .allowAnonymous() to accept all clients;"
                            + " in a configuration file authenticators, or allow-anonymous = yes.");
        }
        for (NamedPlugin<Authorizer> asked : authorizers) {
            registrations.add(asked.plugin().onChange(this::rulesChanged));
        }
        askWhatTheyDecide();
    }

    /**
     * Checks the authenticators that decide by certificate.
     *
     * @param certificates true if a listener requests client certificates
     * @return names of the authenticators that cannot decide about any client
     * @throws IllegalStateException if there is no other authenticator, so that no client could connect
     */
    public List<String> withoutEffect(boolean certificates) {
        if (certificates) {
            return List.of();
        }
        List<String> idle = authenticators.stream()
                .filter(each -> each.plugin().needsClientCertificate())
                .map(NamedPlugin::name)
                .toList();
        if (!idle.isEmpty() && idle.size() == authenticators.size() && enhanced.isEmpty()) {
            throw new IllegalStateException(
                    "no client could connect: " + String.join(", ", idle)
                            + " decides by client certificates, but no listener requests them. Add a listener with TLS and"
                            + " .withClientCertificates(...), in a configuration file tls.client-certificates, or another authenticator.");
        }
        return idle;
    }

    private void askWhatTheyDecide() {
        receiveAuthorizers = asked("authorizesReceive", Authorizer::authorizesReceive);
        connectAuthorizers = asked("authorizesConnect", Authorizer::authorizesConnect);
    }

    private List<NamedPlugin<Authorizer>> asked(String operation, Predicate<Authorizer> decides) {
        return authorizers.stream()
                .filter(each -> decides(each, operation, decides))
                .toList();
    }

    private boolean decides(NamedPlugin<Authorizer> asked, String operation, Predicate<Authorizer> decides) {
        try {
            return decides.test(asked.plugin());
        } catch (Throwable e) { // code of the embedder: after a failure the plug-in is called, not skipped
            calls.failures().report(asked.name(), operation, Failure.THREW, e);
            return true;
        }
    }

    /**
     * Decides on a CONNECT. Called on the loop.
     *
     * @param answer called once on the loop, possibly before this method returns, with allowed or denied, never next
     */
    public void authenticate(AuthenticationRequest request, CallerLoop loop, Consumer<AuthenticationResult> answer) {
        if (authenticators.isEmpty()) {
            AuthenticationResult result = allowAnonymous ? anonymous(request.client()) : AuthenticationResult.denied();
            events.authenticated(loop, request.client(), result, false);
            answer.accept(result);
        } else {
            new AuthenticationQuestion(this, request, loop, answer).ask();
        }
    }

    /** Accepts a client without authentication, into the tenant that it requests. */
    static AuthenticationResult anonymous(ClientInfo client) {
        return client.tenant().equals(Tenant.DEFAULT) ? ANONYMOUS : ANONYMOUS.withTenant(client.tenant());
    }

    /** Returns whether an authenticator supports this method of enhanced authentication. */
    public boolean knows(String method) {
        return enhanced.containsKey(method);
    }

    /**
     * Starts an exchange of enhanced authentication. Called on the loop.
     *
     * @param again true if the client is already connected
     * @throws IllegalArgumentException if no authenticator supports the method
     */
    public EnhancedExchange exchange(String method, AuthenticationRequest request, boolean again, CallerLoop loop) {
        NamedPlugin<EnhancedAuthenticator> asked = enhanced.get(method);
        if (asked == null) {
            throw new IllegalArgumentException("unknown authentication method: method=" + method);
        }
        return new EnhancedExchange(this, asked, request, again, loop);
    }

    /**
     * Returns the client with the results of its authentication; without its user name unless an authenticator
     * confirmed it.
     */
    public static ClientInfo authenticated(ClientInfo client, AuthenticationResult.Allowed result) {
        if (result == AuthenticationResult.allowed()) {
            return client;
        }
        ClientInfo.Builder builder = client.toBuilder();
        if (!result.vouchesForUsername()) {
            client.username().ifPresent(builder::claimedUsername);
        }
        result.username().ifPresent(builder::username);
        result.clientId().ifPresent(builder::clientId);
        result.tenant().ifPresent(builder::tenant);
        if (!result.attributes().isEmpty()) {
            builder.attributes(result.attributes());
        }
        return builder.build();
    }

    /**
     * Returns the permissions of a client, for use by its connection on its loop. Without authorizers this only creates
     * an object.
     */
    public ClientAccess open(ClientInfo client, CallerLoop loop) {
        return new ClientAccess(this, client, loop);
    }

    /** Returns unrestricted permissions, for the application itself. */
    public ClientAccess openUnrestricted(ClientInfo client, CallerLoop loop) {
        return new ClientAccess(this, client, loop, true);
    }

    /**
     * Registers a listener for rule changes, called after cached decisions are dropped: existing subscriptions must be
     * re-authorized. Called on any thread; must not block.
     */
    public Registration onRulesChanged(Runnable listener) {
        changeListeners.add(listener);
        return () -> changeListeners.remove(listener);
    }

    /** True without authorizers. */
    public boolean allowsEverything() {
        return authorizers.isEmpty();
    }

    /** True if an authorizer authorizes each delivery. */
    public boolean authorizesReceive() {
        return !receiveAuthorizers.isEmpty();
    }

    /** True if an authorizer authorizes client ids. */
    public boolean authorizesConnect() {
        return !connectAuthorizers.isEmpty();
    }

    /** Removes the registrations at the authorizers. Idempotent. */
    @Override
    public void close() {
        List<Registration> all = List.copyOf(registrations);
        registrations.clear();
        for (Registration registration : all) {
            try {
                registration.close();
            } catch (Throwable e) { // code of the embedder; continue closing
                calls.failures().report("authorizer", "onChange", Failure.THREW, e);
            }
        }
    }

    List<NamedPlugin<Authenticator>> authenticators() {
        return authenticators;
    }

    List<NamedPlugin<Authorizer>> authorizers() {
        return authorizers;
    }

    List<NamedPlugin<Authorizer>> receiveAuthorizers() {
        return receiveAuthorizers;
    }

    List<NamedPlugin<Authorizer>> connectAuthorizers() {
        return connectAuthorizers;
    }

    boolean allowAnonymous() {
        return allowAnonymous;
    }

    Duration deadline() {
        return deadline;
    }

    PluginCalls calls() {
        return calls;
    }

    Clock clock() {
        return clock;
    }

    AccessEvents events() {
        return events;
    }

    /** Number of rule changes. */
    public int epoch() {
        return epoch.get();
    }

    private void rulesChanged() {
        askWhatTheyDecide();
        epoch.incrementAndGet(); // before the listeners run, so that their questions are answered by the new rules
        changeListeners.forEach(Runnable::run);
    }
}
