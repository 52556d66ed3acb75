package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients in by the certificate that TLS has verified: {@code
 * MaxMQ.builder().authenticator(CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME))}. A name in the
 * certificate takes the place of CONNECT's user name or client id, whatever the client says there; a password is not looked at.
 *
 * <p><b>Answers:</b> a client without a certificate is left to the next authenticator. One whose certificate has the names that
 * are asked for is let in. One whose certificate lacks a name is denied with 0x87 (Not authorized), and one whose client id is
 * not the name that {@link #requireClientId} says with 0x85 (Client identifier not valid). Of several alternative names of a
 * kind the one counts that CONNECT gives as user name or client id, as the case may be; when it gives none of them, the
 * certificate lacks it.
 *
 * <p><b>Names:</b> one that is empty or blank, has a control character, NUL among them, or {@code +} or {@code #}, which are
 * wildcards in topic filters, or is longer than an MQTT string may be, counts as none. Names are taken as they are, in their
 * case.
 *
 * <p><b>Attributes</b> of the client, for the placeholders of access lists: those of {@link CertificateName#attribute()}, as
 * far as the certificate has exactly one such name, {@code cert.issuer}, and {@code cert.serial} in hexadecimal.
 *
 * <p>Whether a certificate is needed, and which authorities count, is the listener's matter. When no listener asks for certificates the
 * broker does not start, or warns where there are other authenticators. Immutable and thread-safe; costs
 * microseconds on the event loop.
 *
 * @since 0.1.0
 */
@Stable
public final class CertificateAuthenticator implements Authenticator {
    private final @Nullable CertificateName username;
    private final @Nullable CertificateName clientId;
    private final @Nullable CertificateName required;

    private CertificateAuthenticator(
            @Nullable CertificateName username,
            @Nullable CertificateName clientId,
            @Nullable CertificateName required) {
        this.username = username;
        this.clientId = clientId;
        this.required = required;
    }

    /** Takes the user name from the certificate; the client id is CONNECT's. */
    public static CertificateAuthenticator usernameFrom(CertificateName name) {
        return new CertificateAuthenticator(name, null, null);
    }

    /**
     * Takes the client id from the certificate, and no user name: CONNECT's is not proven, so it gives no rights ({@link
     * AuthenticationResult.Allowed#withoutUsername()}).
     */
    public static CertificateAuthenticator clientIdFrom(CertificateName name) {
        return new CertificateAuthenticator(null, name, null);
    }

    /** Takes the user name from the certificate too. */
    public CertificateAuthenticator withUsernameFrom(CertificateName name) {
        return new CertificateAuthenticator(name, clientId, required);
    }

    /** Takes the client id from the certificate too; MQTT 5.0 clients are told by Assigned Client Identifier. */
    public CertificateAuthenticator withClientIdFrom(CertificateName name) {
        return new CertificateAuthenticator(username, name, required);
    }

    /** Lets nobody in whose CONNECT has another client id than this name. */
    public CertificateAuthenticator requireClientId(CertificateName name) {
        return new CertificateAuthenticator(username, clientId, name);
    }

    @Override
    public String name() {
        return "CertificateAuthenticator";
    }

    @Override
    public boolean needsClientCertificate() {
        return true;
    }

    @Override
    public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
        return CompletableFuture.completedFuture(
                request.tls().map(tls -> decide(request, tls)).orElse(AuthenticationResult.next()));
    }

    private AuthenticationResult decide(AuthenticationRequest request, TlsSession tls) {
        if (tls.peerCertificates().isEmpty()) {
            return AuthenticationResult.next();
        }
        CertificateNames names = CertificateNames.of(tls.peerCertificates().get(0));
        String givenClientId = request.client().clientId();
        if (required != null && !givenClientId.equals(one(names, required, givenClientId))) {
            return AuthenticationResult.denied(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "the client id must be the certificate's " + required.words());
        }
        AuthenticationResult.Allowed allowed = AuthenticationResult.allowed().withAttributes(names.attributes());
        if (username != null) {
            String name = one(names, username, request.client().username().orElse(null));
            if (name == null) {
                return lacks(username);
            }
            allowed = allowed.withUsername(name);
        } else {
            allowed = allowed.withoutUsername();
        }
        if (clientId != null) {
            String name = one(names, clientId, givenClientId);
            if (name == null) {
                return lacks(clientId);
            }
            allowed = allowed.withClientId(name);
        }
        return allowed;
    }

    private static AuthenticationResult lacks(CertificateName name) {
        return AuthenticationResult.denied(
                ReasonCode.NOT_AUTHORIZED, "the certificate has no " + name.words() + " to go by");
    }

    private static @Nullable String one(CertificateNames names, CertificateName name, @Nullable String given) {
        List<String> all = names.all(name);
        if (all.size() == 1) {
            return all.get(0);
        }
        boolean choosable = name != CertificateName.COMMON_NAME && given != null && all.contains(given);
        return choosable ? given : null;
    }
}
