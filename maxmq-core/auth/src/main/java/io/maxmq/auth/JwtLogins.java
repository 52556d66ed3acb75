package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.extension.BrokerContext;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The logins of one broker by tokens: the keys, and the tokens under verification. Thread-safe. */
final class JwtLogins {
    private static final int MAX_WAITING = 8000;
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final JwtRules rules;
    private final TokenKeySource keys;
    private final BrokerContext context;
    private final FairWorkQueue<Verification> work;
    private final Logger log;

    /**
     * Outcome of one look at a token.
     *
     * @param result null when {@code keys} lack the token's key
     */
    private record Verification(@Nullable AuthenticationResult result, TokenKeys keys) {}

    /** Does nothing yet. */
    JwtLogins(JwtRules rules, TokenKeySource keys, BrokerContext context) {
        this.rules = rules;
        this.keys = keys;
        this.context = context;
        this.log = LoggerFactory.getLogger("io.maxmq." + context.brokerName() + ".auth");
        this.work = FairWorkQueue.onWorkers(
                context.workers(),
                context.clock(),
                FairWorkQueue.Bounds.ofHalfTheProcessors(MAX_WAITING, PATIENCE),
                new Verification(
                        AuthenticationResult.denied(ReasonCode.SERVER_BUSY, "too many clients connect at once"),
                        TokenKeys.NONE));
    }

    /** @throws AccessFileException when the keys' file can't be used */
    void begin() {
        keys.start(context, log);
    }

    /** Verifies the token; once more with newer keys when the known ones lack its key. */
    CompletionStage<AuthenticationResult> look(String token, ClientInfo client) {
        Object address = FailedAttempts.keyOf(client.remoteAddress());
        Object source = address == null ? this : address;
        return verify(source, token, client, false).thenCompose(first -> {
            AuthenticationResult result = first.result;
            return result == null
                    ? lookAgain(source, token, client, first.keys)
                    : CompletableFuture.completedFuture(result);
        });
    }

    private CompletionStage<AuthenticationResult> lookAgain(
            Object source, String token, ClientInfo client, TokenKeys known) {
        return keys.newer(known)
                .<CompletionStage<AuthenticationResult>>handle((newer, failure) -> failure == null
                        ? verify(source, token, client, true).thenApply(JwtLogins::decided)
                        : CompletableFuture.completedFuture(AuthenticationResult.denied(
                                ReasonCode.SERVER_UNAVAILABLE, "the keys of tokens are not known")))
                .thenCompose(Function.identity());
    }

    private CompletionStage<Verification> verify(Object source, String token, ClientInfo client, boolean isLast) {
        return work.submit(source, () -> {
            TokenKeys known = keys.current();
            AuthenticationResult result;
            try {
                result = decide(token, client, known, isLast);
            } catch (IllegalArgumentException e) {
                result = wrong("the token " + e.getMessage());
            }
            return CompletableFuture.completedFuture(new Verification(result, known));
        });
    }

    /** Null when the keys lack the token's key and newer keys may have it. */
    private @Nullable AuthenticationResult decide(String token, ClientInfo client, TokenKeys known, boolean isLast) {
        NimbusTokens.SignedToken signed = NimbusTokens.parse(token);
        if (!rules.algorithms().contains(signed.algorithm())) {
            return wrong("the token's algorithm is not allowed");
        }
        List<TokenKeys.TokenKey> fit = known.fit(signed.algorithm(), signed.keyId());
        if (fit.isEmpty() && !isLast) {
            return null;
        }
        if (!signed.isSignedBy(fit)) {
            return wrong("the token is signed by nobody that is known");
        }
        return rules.decide(signed.claims(), client, context.clock().epochMillis());
    }

    private static AuthenticationResult decided(Verification last) {
        return Objects.requireNonNull(last.result);
    }

    private static AuthenticationResult wrong(String why) {
        return AuthenticationResult.denied(ReasonCode.BAD_USER_NAME_OR_PASSWORD, why);
    }

    /** Looks for keys no more, and refuses waiting tokens. */
    void close() {
        keys.close();
        work.close();
    }
}
