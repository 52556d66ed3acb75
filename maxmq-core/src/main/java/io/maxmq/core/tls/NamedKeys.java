package io.maxmq.core.tls;

import io.maxmq.core.tls.TlsMaterial.Pair;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Key manager that selects the certificate by the requested host name (SNI, RFC 6066 §3): the exact name, or a name
 * with {@code *} in place of the first label, or else the broker's own certificate. Immutable and thread-safe.
 */
public final class NamedKeys extends X509ExtendedKeyManager {
    /** Alias of the broker's own key; not a valid host name. */
    private static final String OWN = "";

    private final Pair own;
    private final Map<String, Pair> named;

    /** Uses the keys of the given material. */
    public NamedKeys(TlsMaterial material) {
        this.own = material.own();
        this.named = material.named();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        String alias = aliasOf(serverName(engine));
        return isOfType(pair(alias), keyType) ? alias : null;
    }

    private static boolean isOfType(Pair pair, String keyType) {
        String algorithm = pair.key().getAlgorithm();
        return switch (algorithm) {
            case "RSA" -> keyType.equals("RSA") || keyType.equals("RSASSA-PSS");
            case "EC" -> keyType.startsWith("EC");
            default -> keyType.equals(algorithm) || (keyType.equals("EdDSA") && algorithm.startsWith("Ed"));
        };
    }

    private static @Nullable String serverName(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (SNIServerName name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return null;
    }

    /** Returns the alias for a requested host name. */
    String aliasOf(@Nullable String serverName) {
        if (serverName == null) {
            return OWN;
        }
        if (named.containsKey(serverName)) {
            return serverName;
        }
        int dot = serverName.indexOf('.');
        String wildcard = dot > 0 ? "*" + serverName.substring(dot) : OWN;
        return named.containsKey(wildcard) ? wildcard : OWN;
    }

    private Pair pair(@Nullable String alias) {
        return alias == null ? own : named.getOrDefault(alias, own);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return pair(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return pair(alias).key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {OWN};
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return isOfType(own, keyType) ? OWN : null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }
}
