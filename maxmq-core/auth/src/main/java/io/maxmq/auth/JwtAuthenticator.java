package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.RedactedUrl;
import io.maxmq.spi.Stable;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.extension.ExtensionInUseException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients in by a signed JSON Web Token (RFC 7519, RFC 7515) in CONNECT's password: {@code
 * MaxMQ.builder().authenticator(JwtAuthenticator.keys(URI.create("https://id.example/jwks.json")).issuer("https://id.example"))}.
 * Needs {@code com.nimbusds:nimbus-jose-jwt}.
 *
 * <p><b>Keys:</b> a JSON Web Key Set or PEM in a file, which is watched; a key set that a server publishes; or a secret. A
 * published set is fetched at the start, every ten minutes, and when a token names a key that is not in it, at most once in ten
 * seconds; within three seconds, 1 MiB at most, without redirects. While it can't be fetched the keys that are known count. RSA
 * keys have 2048 bits at least.
 *
 * <p><b>Signatures:</b> RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and ES512 with public keys, HS256, HS384 and HS512
 * with a secret, as far as it is as long as the hash; {@link #algorithms} allows fewer. A key is never used with an algorithm of
 * another kind, and a token that is not signed ({@code none}) is none.
 *
 * <p><b>Answers:</b> a client whose password does not look like a token is left to the next authenticator. A token that is
 * right lets its owner in, under the user name of the claim {@code sub} (or of {@link #usernameFrom}), whatever CONNECT says. One
 * that is wrong, has expired, has no end, is not valid yet, or is of another issuer or for another audience is denied with 0x86 (Bad
 * user name or password); without keys clients are told 0x88 (Server unavailable), when too many wait 0x89 (Server busy).
 *
 * <p><b>When the token expires</b> its connection ends with 0xA0 (Maximum connect time).
 *
 * <p><b>Cost:</b> a signature takes up to a millisecond, on the worker pool, on half the processors at most; 8000 may wait, an
 * eighth of them from one address. A token of more than 16 KiB is denied unread.
 *
 * <p>One object serves one broker, which starts and stops it. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class JwtAuthenticator implements Authenticator, Extension {
    private static final Duration REFRESH = Duration.ofMinutes(10);
    private static final Duration FETCH_DEADLINE = Duration.ofSeconds(3);
    /** Far beyond the longest wait in {@link FairWorkQueue}, with a fetch of keys in between. */
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    private static final Duration MAX_SKEW = Duration.ofMinutes(10);
    private static final int MAX_TOKEN_BYTES = 16_384;
    private static final int MIN_SECRET_BYTES = 32;

    private static final List<String> PUBLIC_KEY_ALGORITHMS =
            List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    private final TokenKeySource keys;
    private final Set<String> possible;
    private Set<String> algorithms;
    private @Nullable String issuer;
    private final Set<String> audiences = new LinkedHashSet<>();
    private final Map<String, String> required = new HashMap<>();
    private Duration skew = Duration.ofSeconds(30);
    private boolean needsExpiry = true;
    private String username = "sub";
    private @Nullable String clientId;
    private @Nullable String requiredClientId;
    private @Nullable String tenant;
    private final Set<String> attributes = new LinkedHashSet<>();
    private @Nullable String acl;

    /** What there is while the broker runs; null before, and closed after. */
    private volatile @Nullable JwtLogins running;

    private JwtAuthenticator(TokenKeySource keys, List<String> possible) {
        MissingLibrary.require(
                "JwtAuthenticator",
                "Nimbus JOSE + JWT",
                "com.nimbusds:nimbus-jose-jwt",
                "com.nimbusds.jose.jwt",
                () -> NimbusTokens.isThere()); // a method reference would load it out here
        this.keys = keys;
        this.possible = new LinkedHashSet<>(possible);
        this.algorithms = this.possible;
    }

    /**
     * By the keys in this file, a JSON Web Key Set or PEM with public keys or certificates. A file that can't be used refuses the
     * broker's start, with an {@link AccessFileException}; a changed one is in force within a second, or reported, as a {@code
     * PluginFailed}, when it can't be used. Secret keys in a key set are left out.
     *
     * @throws IllegalStateException when the library is missing; names it
     */
    public static JwtAuthenticator keys(Path file) {
        return new JwtAuthenticator(new TokenKeyFile(file), PUBLIC_KEY_ALGORITHMS);
    }

    /**
     * By the JSON Web Key Set that is published there.
     *
     * @param url {@code https}; {@code http} only where nobody can get in between
     * @throws IllegalArgumentException when it is no such URL
     * @throws IllegalStateException when the library is missing; names it
     */
    public static JwtAuthenticator keys(URI url) {
        return keys(url, FETCH_DEADLINE);
    }

    /** The same with another time for an answer. */
    static JwtAuthenticator keys(URI url, Duration deadline) {
        if (url.getHost() == null || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
            throw new IllegalArgumentException(
                    "url must be https://HOST/… or http://HOST/…: url=" + RedactedUrl.of(url));
        }
        return new JwtAuthenticator(new TokenKeyUrl(url, REFRESH, deadline), PUBLIC_KEY_ALGORITHMS);
    }

    /**
     * By a secret that the issuer and the broker share.
     *
     * @param secret at least 32 bytes, drawn by a machine; 48 for HS384 and 64 for HS512
     * @throws IllegalArgumentException when it is shorter
     * @throws IllegalStateException when the library is missing; names it
     */
    public static JwtAuthenticator secret(byte[] secret) {
        if (secret.length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "secret must have at least " + MIN_SECRET_BYTES + " bytes: length=" + secret.length);
        }
        List<String> fit = secret.length >= 64
                ? List.of("HS256", "HS384", "HS512")
                : secret.length >= 48 ? List.of("HS256", "HS384") : List.of("HS256");
        TokenKeys only =
                new TokenKeys(List.of(new TokenKeys.TokenKey(null, null, new SecretKeySpec(secret, "HmacSHA256"))));
        return new JwtAuthenticator(() -> only, fit);
    }

    /**
     * Allows these signatures alone, {@code RS256} say.
     *
     * @throws IllegalArgumentException when there is none, or one that the keys can't have made
     * @throws IllegalStateException once the broker has started, as from each of these
     */
    public JwtAuthenticator algorithms(String... names) {
        checkNotStarted();
        algorithms = JwtRules.algorithmsOf(List.of(names), possible);
        return this;
    }

    /** Takes tokens of this issuer alone ({@code iss}). */
    public JwtAuthenticator issuer(String name) {
        checkNotStarted();
        issuer = name;
        return this;
    }

    /** Takes tokens alone that are for this audience ({@code aud}), or for another one said by another call. */
    public JwtAuthenticator audience(String name) {
        checkNotStarted();
        audiences.add(name);
        return this;
    }

    /** Takes tokens alone with this claim: it is this text, number or boolean, or a list that has it. */
    public JwtAuthenticator requireClaim(String claim, String value) {
        checkNotStarted();
        required.put(claim, value);
        return this;
    }

    /**
     * How much the clocks of the issuer and of the broker may differ; 30 seconds unless said otherwise. A token is valid, and its
     * connection lasts, that much longer.
     *
     * @param time 0..10 minutes
     * @throws IllegalArgumentException when out of range
     */
    public JwtAuthenticator clockSkew(Duration time) {
        checkNotStarted();
        if (time.isNegative() || time.compareTo(MAX_SKEW) > 0) {
            throw new IllegalArgumentException("clockSkew must be 0..10 minutes: clockSkew=" + time);
        }
        skew = time;
        return this;
    }

    /** Takes tokens without an end ({@code exp}) too. Whoever has such a one can use it for ever. */
    public JwtAuthenticator withoutExpiry() {
        checkNotStarted();
        needsExpiry = false;
        return this;
    }

    /** The claim that is the user name; {@code sub} unless said otherwise. A token without it is denied. */
    public JwtAuthenticator usernameFrom(String claim) {
        checkNotStarted();
        username = claim;
        return this;
    }

    /** A claim that takes the place of CONNECT's client id. A token without it is denied. */
    public JwtAuthenticator clientIdFrom(String claim) {
        checkNotStarted();
        clientId = claim;
        return this;
    }

    /** A claim that CONNECT's client id must be; others are denied with 0x85 (Client identifier not valid). */
    public JwtAuthenticator requireClientId(String claim) {
        checkNotStarted();
        requiredClientId = claim;
        return this;
    }

    /** A claim that names the tenant. A token without it is denied. */
    public JwtAuthenticator tenantFrom(String claim) {
        checkNotStarted();
        tenant = claim;
        return this;
    }

    /**
     * A claim to note as the client's attribute {@code jwt.CLAIM}, for the placeholders of access lists, when the token has it as
     * text without control characters and wildcards, as a whole number or a boolean.
     */
    public JwtAuthenticator attributeFrom(String claim) {
        checkNotStarted();
        attributes.add(claim);
        return this;
    }

    /**
     * A claim that says what the client may do, for {@link #authorizer}: {@code {"pub": […], "sub": […], "all": […]}} with lists of
     * topic filters, of which each may be left out. At most 200 filters each way. A token with such a claim that can't be
     * understood is denied.
     */
    public JwtAuthenticator aclFrom(String claim) {
        checkNotStarted();
        acl = claim;
        return this;
    }

    /**
     * Decides by the claim of {@link #aclFrom}, for the builder's {@code authorizer}: a client that has it may publish to the
     * topics, wills too, that a filter of {@code pub} or {@code all} matches, and subscribe to filters that one of {@code sub} or
     * {@code all} covers, and nothing else. Others are left to the next authorizer. What a client may do stays as it is while it is
     * connected.
     */
    public Authorizer authorizer() {
        return new TokenAcl();
    }

    private void checkNotStarted() {
        if (running != null) {
            throw new IllegalStateException("a JWT authenticator is configured before the broker starts");
        }
    }

    @Override
    public String name() {
        return "JwtAuthenticator";
    }

    /** Instead of the plug-in deadline: signatures are bounded by number and by their time in the queue, fetches by their own time. */
    @Override
    public Optional<Duration> deadline() {
        return Optional.of(DEADLINE);
    }

    @Override
    public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
        byte[] password = request.password().orElse(null);
        if (password == null || !looksLikeToken(password)) {
            return CompletableFuture.completedFuture(AuthenticationResult.next());
        }
        if (password.length > MAX_TOKEN_BYTES) {
            return CompletableFuture.completedFuture(AuthenticationResult.denied(
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the token is longer than " + MAX_TOKEN_BYTES + " bytes"));
        }
        JwtLogins present = running;
        if (present == null) {
            throw new IllegalStateException("the broker of the JWT authenticator does not run");
        }
        return present.look(new String(password, StandardCharsets.US_ASCII), request.client());
    }

    /** Three parts in base64url with dots between; the first is of a JSON object, {@code {"}. */
    private static boolean looksLikeToken(byte[] password) {
        int dots = 0;
        for (byte each : password) {
            char c = (char) each;
            if (c == '.') {
                dots++;
            } else if (!((c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_')) {
                return false;
            }
        }
        return dots == 2 && password[0] == 'e';
    }

    /**
     * For the broker.
     *
     * @throws AccessFileException when the keys' file can't be used
     */
    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        if (running != null) {
            throw new ExtensionInUseException("one JWT authenticator serves one broker");
        }
        JwtRules rules = new JwtRules(
                algorithms,
                issuer,
                Set.copyOf(audiences),
                Map.copyOf(required),
                skew,
                needsExpiry,
                username,
                clientId,
                requiredClientId,
                tenant,
                Set.copyOf(attributes),
                acl);
        JwtLogins started = new JwtLogins(rules, keys, context);
        running = started;
        started.begin();
        return CompletableFuture.completedFuture(null);
    }

    /** For the broker. */
    @Override
    public CompletionStage<Void> stop() {
        JwtLogins present = running;
        if (present != null) {
            present.close();
        }
        return CompletableFuture.completedFuture(null);
    }
}
