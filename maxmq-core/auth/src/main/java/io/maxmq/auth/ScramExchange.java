package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.AuthenticationStep;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One exchange by SCRAM-SHA-256 (RFC 5802 §5): the client's first message, the broker's, the client's final one with the proof,
 * and the broker's proof in turn. Its steps come one after the other.
 */
final class ScramExchange implements EnhancedAuthenticator.Exchange {
    private final ScramLogins logins;
    private final Tenant tenant;
    private final SocketAddress remote;

    /** What has been said; null before, and after the proof. Handed on with the steps. */
    private @Nullable Begun begun;

    /** @param tenant in which users are looked up */
    ScramExchange(ScramLogins logins, Tenant tenant, SocketAddress remote) {
        this.logins = logins;
        this.tenant = tenant;
        this.remote = remote;
    }

    @Override
    public CompletionStage<EnhancedAuthenticationResult> next(AuthenticationStep step) {
        Begun before = begun;
        begun = null;
        try {
            byte[] data = step.data()
                    .orElseThrow(() -> new IllegalArgumentException("a message of SCRAM must be sent along"));
            if (before == null) {
                return CompletableFuture.completedFuture(begin(ScramClientFirst.parse(data)));
            }
            ScramClientFinal last = ScramClientFinal.parse(data);
            return logins.look(remote, () -> decide(before, last));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(
                    EnhancedAuthenticationResult.denied(ReasonCode.NOT_AUTHORIZED, e.getMessage()));
        }
    }

    private EnhancedAuthenticationResult begin(ScramClientFirst first) {
        TenantUser user = new TenantUser(tenant, first.user());
        ScramCredential known = logins.of(user);
        ScramCredential shown = known == null ? logins.standIn(user) : known;
        String nonce = first.nonce() + logins.nonce();
        String serverFirst = "r=" + nonce + ",s=" + ScramMessage.base64(shown.salt()) + ",i=" + shown.iterations();
        begun = new Begun(first, shown, nonce, first.bare() + "," + serverFirst);
        return EnhancedAuthenticationResult.continueWith(serverFirst.getBytes(StandardCharsets.UTF_8));
    }

    private EnhancedAuthenticationResult decide(Begun before, ScramClientFinal last) {
        TenantUser user = new TenantUser(tenant, before.first.user());
        ScramCredential shown = before.shown;
        String authMessage = before.said + "," + last.withoutProof();
        byte[] clientKey = ScramCredential.hmac(shown.storedKey(), authMessage);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= last.proof()[i];
        }
        boolean proven = PasswordHash.same(shown.storedKey(), ScramCredential.sha256(clientKey));
        boolean bound =
                last.binding().equals(ScramMessage.base64(before.first.header().getBytes(StandardCharsets.UTF_8)));
        // The file may have changed meanwhile; and a stand-in is nobody's.
        if (!proven || !bound || !last.nonce().equals(before.nonce) || !shown.equals(logins.of(user))) {
            return EnhancedAuthenticationResult.denied();
        }
        String signature = "v=" + ScramMessage.base64(ScramCredential.hmac(shown.serverKey(), authMessage));
        AuthenticationResult.Allowed allowed = AuthenticationResult.allowed().withUsername(user.name());
        return EnhancedAuthenticationResult.allowed(
                        tenant.equals(Tenant.DEFAULT) ? allowed : allowed.withTenant(tenant))
                .withData(signature.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What the first two messages have settled.
     *
     * @param shown the user's keys, or a stand-in's
     * @param nonce the client's and the broker's
     * @param said what both sign, but for the final message
     */
    private record Begun(ScramClientFirst first, ScramCredential shown, String nonce, String said) {}
}
