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
 * Decides who may connect and what they may do, by asking the embedder's chains. Fails closed: throw, null, exceptional
 * completion, no answer in time, a full worker pool and a chain in which nobody decides all deny.
 *
 * <p>{@link #start()} before the first question; {@link #close()} ends the registrations at the authorizers. Thread-safe;
 * questions are asked on event loops and answered there.
 */
public final class Access implements AutoCloseable {

    private static final AuthenticationResult.Allowed ANONYMOUS =
            AuthenticationResult.allowed().withoutUsername();

    private final List<NamedPlugin<Authenticator>> authenticators;
    private final Map<String, NamedPlugin<EnhancedAuthenticator>> enhanced = new HashMap<>();
    private final List<NamedPlugin<Authorizer>> authorizers;

    /** Those of {@link #authorizers} that want to be asked for deliveries; others with each change of the rules. */
    private volatile List<NamedPlugin<Authorizer>> receiveAuthorizers;

    /** Those of {@link #authorizers} that want to be asked about client ids; others with each change of the rules. */
    private volatile List<NamedPlugin<Authorizer>> connectAuthorizers;

    private final boolean allowAnonymous;
    private final Duration deadline;
    private final PluginCalls calls;
    private final Clock clock;
    private final AccessEvents events;
    private final List<Registration> registrations = new ArrayList<>(); // by start and close, one thread at a time
    private final List<Runnable> changeListeners = new CopyOnWriteArrayList<>();

    /** Grows with each change of the rules; what was decided under an older one is forgotten. */
    private final AtomicInteger epoch = new AtomicInteger();

    /** Asks nobody yet. */
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
     * Begins to listen for changes of the rules.
     *
     * @throws IllegalStateException when nobody could ever connect, with what to add
     */
    public void start() {
        if (authenticators.isEmpty() && enhanced.isEmpty() && !allowAnonymous) {
            throw new IllegalStateException(
                    "no client could connect: there is no authenticator and anonymous clients are"
                            + " not allowed. Add .authenticator(...) to the builder, or .allowAnonymous() to let everybody in;"
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
     * @param certificates whether a listener asks clients for certificates
     * @return the names of those that cannot decide about any client
     * @throws IllegalStateException when there is no other authenticator, so that no client could connect
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
                            + " decides by client certificates, and no listener asks for them. Add a listener with TLS and"
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
        } catch (Throwable e) { // the embedder's code: it is asked, rather than passed over
            calls.failures().report(asked.name(), operation, Failure.THREW, e);
            return true;
        }
    }

    /**
     * Decides on a CONNECT. Called on the loop.
     *
     * @param answer called once on the loop, perhaps before this returns, with allowed or denied, never next
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

    /** Lets a client in that no authenticator vouches for, into the tenant that it asks for. */
    static AuthenticationResult anonymous(ClientInfo client) {
        return client.tenant().equals(Tenant.DEFAULT) ? ANONYMOUS : ANONYMOUS.withTenant(client.tenant());
    }

    /** Whether somebody knows this method of enhanced authentication. */
    public boolean knows(String method) {
        return enhanced.containsKey(method);
    }

    /**
     * An exchange of enhanced authentication. Called on the loop.
     *
     * @param again whether the client is connected already
     * @throws IllegalArgumentException for a method that nobody knows
     */
    public EnhancedExchange exchange(String method, AuthenticationRequest request, boolean again, CallerLoop loop) {
        NamedPlugin<EnhancedAuthenticator> asked = enhanced.get(method);
        if (asked == null) {
            throw new IllegalArgumentException("nobody knows this authentication method: method=" + method);
        }
        return new EnhancedExchange(this, asked, request, again, loop);
    }

    /** The client as authentication leaves it, without a user name that was not proven. */
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

    /** What a client may do, asked by its connection on its loop. Costs nothing but the object without authorizers. */
    public ClientAccess open(ClientInfo client, CallerLoop loop) {
        return new ClientAccess(this, client, loop);
    }

    /** The same for one that may do everything: the application itself. */
    public ClientAccess openUnrestricted(ClientInfo client, CallerLoop loop) {
        return new ClientAccess(this, client, loop, true);
    }

    /**
     * Calls the listener after each change of the rules, when decisions of before are forgotten: time to ask again for
     * existing subscriptions. On any thread; must not block.
     */
    public Registration onRulesChanged(Runnable listener) {
        changeListeners.add(listener);
        return () -> changeListeners.remove(listener);
    }

    /** Whether nobody need be asked what clients do. */
    public boolean allowsEverything() {
        return authorizers.isEmpty();
    }

    /** Whether some authorizer wants to be asked for each delivery. */
    public boolean authorizesReceive() {
        return !receiveAuthorizers.isEmpty();
    }

    /** Whether some authorizer wants to be asked about client ids. */
    public boolean authorizesConnect() {
        return !connectAuthorizers.isEmpty();
    }

    /** Ends the registrations at the authorizers. Idempotent. */
    @Override
    public void close() {
        List<Registration> all = List.copyOf(registrations);
        registrations.clear();
        for (Registration registration : all) {
            try {
                registration.close();
            } catch (Throwable e) { // the embedder's code; closing goes on
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

    /** Grows with each change of the rules. */
    public int epoch() {
        return epoch.get();
    }

    private void rulesChanged() {
        askWhatTheyDecide();
        epoch.incrementAndGet(); // before the listeners, so that what they ask is answered by the new rules
        changeListeners.forEach(Runnable::run);
    }
}
