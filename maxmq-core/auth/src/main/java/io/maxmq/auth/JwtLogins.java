package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.extension.BrokerContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The logins of one broker by tokens: the keys, and the tokens that are being looked at. Thread-safe. */
final class JwtLogins {
    private static final int MAX_WAITING = 8000;
    private static final long PATIENCE_NANOS = 4_000_000_000L;

    private final JwtRules rules;
    private final TokenKeySource keys;
    private final BrokerContext context;
    private final SlowWork work;
    private final Logger log;

    /** Does nothing yet. */
    JwtLogins(JwtRules rules, TokenKeySource keys, BrokerContext context) {
        this.rules = rules;
        this.keys = keys;
        this.context = context;
        this.log = LoggerFactory.getLogger("io.maxmq." + context.brokerName() + ".auth");
        this.work = new SlowWork(
                context.workers(),
                context.clock(),
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                MAX_WAITING,
                PATIENCE_NANOS);
    }

    /** @throws AccessFileException when the keys' file can't be used */
    void begin() {
        keys.start(context, log);
    }

    CompletionStage<AuthenticationResult> look(String token, ClientInfo client) {
        Object address = FailedAttempts.keyOf(client.remoteAddress());
        Attempt attempt = new Attempt(token, client, address == null ? this : address);
        work.submit(attempt.source, attempt);
        return attempt.answer;
    }

    /** Looks for keys no more, and refuses what still waits. */
    void close() {
        keys.close();
        work.close();
    }

    /** One token that is looked at; once more, when its key had to be fetched. */
    private final class Attempt implements SlowWork.Job {
        private final String token;
        private final ClientInfo client;
        private final Object source;
        private final CompletableFuture<AuthenticationResult> answer = new CompletableFuture<>();

        /** Those that did not know the token's key; null at first. Handed on with the job. */
        private volatile @Nullable TokenKeys tried;

        Attempt(String token, ClientInfo client, Object source) {
            this.token = token;
            this.client = client;
            this.source = source;
        }

        @Override
        public void run() {
            try {
                decide();
            } catch (IllegalArgumentException e) {
                answer.complete(wrong("the token " + e.getMessage()));
            } catch (Throwable t) {
                answer.completeExceptionally(t);
            }
        }

        private void decide() {
            NimbusTokens.SignedToken signed = NimbusTokens.parse(token);
            if (!rules.algorithms().contains(signed.algorithm())) {
                answer.complete(wrong("the token's algorithm is not allowed"));
                return;
            }
            TokenKeys known = keys.current();
            List<TokenKeys.TokenKey> fit = known.fit(signed.algorithm(), signed.keyId());
            if (fit.isEmpty() && tried == null) {
                tried = known;
                fetch(known);
            } else if (!signed.isSignedBy(fit)) {
                answer.complete(wrong("the token is signed by nobody that is known"));
            } else {
                answer.complete(
                        rules.decide(signed.claims(), client, context.clock().epochMillis()));
            }
        }

        private void fetch(TokenKeys known) {
            var unused = keys.newer(known).whenComplete((newer, failure) -> {
                if (failure == null) {
                    work.submit(source, this);
                } else {
                    answer.complete(AuthenticationResult.denied(
                            ReasonCode.SERVER_UNAVAILABLE, "the keys of tokens are not known"));
                }
            });
        }

        private AuthenticationResult wrong(String why) {
            return AuthenticationResult.denied(ReasonCode.BAD_USER_NAME_OR_PASSWORD, why);
        }

        @Override
        public void refused() {
            answer.complete(AuthenticationResult.denied(ReasonCode.SERVER_BUSY, "too many clients connect at once"));
        }
    }
}
