package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.FileWatch;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Reloadable;
import io.maxmq.spi.Stable;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.extension.ExtensionInUseException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
 * broker does not start, or warns where there are other authenticators. {@link #issuedBy} narrows the authorities, so that each tenant's
 * clients need a certificate of that tenant's authorities:
 *
 * <pre>{@code
 * builder.authenticator(TenantAuthenticator.of(blue, CertificateAuthenticator.usernameFrom(COMMON_NAME).issuedBy(blueAuthorities)))
 * }</pre>
 *
 * <p>Thread-safe; costs microseconds on the event loop, some hundred with {@code issuedBy}. With {@code issuedBy} one object serves one
 * broker, which starts and stops it.
 *
 * @since 0.1.0
 */
@Stable
public final class CertificateAuthenticator implements Authenticator, Extension, Reloadable {
    private final @Nullable CertificateName username;
    private final @Nullable CertificateName clientId;
    private final @Nullable CertificateName required;

    /** Null when all authorities of the listener count. */
    private final @Nullable Path issuerFile;

    /** Null before the broker has started, and without a file. */
    private volatile @Nullable IssuerFile issuers;

    private volatile Registration watching = Registration.NONE;

    private CertificateAuthenticator(
            @Nullable CertificateName username,
            @Nullable CertificateName clientId,
            @Nullable CertificateName required,
            @Nullable Path issuerFile) {
        this.username = username;
        this.clientId = clientId;
        this.required = required;
        this.issuerFile = issuerFile;
    }

    /** Takes the user name from the certificate; the client id is CONNECT's. */
    public static CertificateAuthenticator usernameFrom(CertificateName name) {
        return new CertificateAuthenticator(name, null, null, null);
    }

    /**
     * Takes the client id from the certificate, and no user name: CONNECT's is not proven, so it gives no rights ({@link
     * AuthenticationResult.Allowed#withoutUsername()}).
     */
    public static CertificateAuthenticator clientIdFrom(CertificateName name) {
        return new CertificateAuthenticator(null, name, null, null);
    }

    /** Takes the user name from the certificate too. */
    public CertificateAuthenticator withUsernameFrom(CertificateName name) {
        return new CertificateAuthenticator(name, clientId, required, issuerFile);
    }

    /** Takes the client id from the certificate too; MQTT 5.0 clients are told by Assigned Client Identifier. */
    public CertificateAuthenticator withClientIdFrom(CertificateName name) {
        return new CertificateAuthenticator(username, name, required, issuerFile);
    }

    /** Lets nobody in whose CONNECT has another client id than this name. */
    public CertificateAuthenticator requireClientId(CertificateName name) {
        return new CertificateAuthenticator(username, clientId, name, issuerFile);
    }

    /**
     * Takes only certificates that lead to one of these authorities, which the listener must trust too; a client with another one is
     * left to the next authenticator. A change of the file is in force within a second, for clients that connect from then on.
     *
     * @param authorities PEM file, read when the broker starts
     */
    public CertificateAuthenticator issuedBy(Path authorities) {
        return new CertificateAuthenticator(username, clientId, required, authorities);
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
        if (issuerFile != null) {
            IssuerFile present = issuers;
            if (present == null || !present.issued(tls.peerCertificates())) {
                return AuthenticationResult.next();
            }
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

    /**
     * For the broker.
     *
     * @throws AccessFileException when the file of authorities can't be used
     */
    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        if (issuerFile != null) {
            if (issuers != null) {
                throw new ExtensionInUseException("one file of authorities serves one broker: " + issuerFile);
            }
            FileWatch watch = new FileWatch(List.of(issuerFile), this::reload);
            issuers = IssuerFile.read(issuerFile);
            watching = watch.start(context.timers());
        }
        return CompletableFuture.completedFuture(null);
    }

    /** For the broker. */
    @Override
    public CompletionStage<Void> stop() {
        watching.close();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<String> source() {
        return Optional.ofNullable(issuerFile).map(file -> "authorities " + file);
    }

    /**
     * Reads the file of authorities now; does nothing without one. Blocks.
     *
     * @throws AccessFileException when it can't be used; then what was read before stays in force
     */
    @Override
    public void reload() {
        if (issuerFile != null) {
            issuers = IssuerFile.read(issuerFile);
        }
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
