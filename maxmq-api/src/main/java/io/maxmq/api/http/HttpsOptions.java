package io.maxmq.api.http;

import io.maxmq.config.Tls;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.LinkedHashSet;

/** Translates the TLS settings of listeners for the HTTP server. Stateless. */
final class HttpsOptions {
    private HttpsOptions() {}

    /** Checks that the HTTP server supports the settings. */
    static void check(Tls tls) {
        if (!tls.namedKeys().isEmpty()) {
            throw new IllegalArgumentException("the API server does not support keys for other server names (SNI)");
        }
        if (tls.key() instanceof Tls.PemKey pem && pem.password() != null) {
            throw new IllegalArgumentException(
                    "the API server does not support an encrypted PEM key; use PKCS#12: key=" + pem.key());
        }
    }

    static void apply(Tls tls, HttpServerOptions options) {
        options.setSsl(true);
        if (tls.provider() == Tls.Provider.OPENSSL) {
            options.setSslEngineOptions(new OpenSSLEngineOptions());
        }
        ServerSSLOptions ssl = options.getSslOptions();
        fill(tls, ssl);
    }

    /** Creates options that read the files again. */
    static ServerSSLOptions options(Tls tls) {
        ServerSSLOptions ssl = new ServerSSLOptions();
        fill(tls, ssl);
        return ssl;
    }

    private static void fill(Tls tls, ServerSSLOptions ssl) {
        ssl.setKeyCertOptions(key(tls.key()));
        ssl.setEnabledSecureTransportProtocols(new LinkedHashSet<>(tls.protocols()));
        (tls.cipherSuites().isEmpty() ? Tls.DEFAULT_CIPHER_SUITES : tls.cipherSuites())
                .forEach(ssl::addEnabledCipherSuite);
        switch (tls.clientCertificates()) {
            case NONE -> ssl.setClientAuth(ClientAuth.NONE);
            case OPTIONAL -> ssl.setClientAuth(ClientAuth.REQUEST);
            case REQUIRED -> ssl.setClientAuth(ClientAuth.REQUIRED);
        }
        if (tls.clientAuthorities() != null) {
            ssl.setTrustOptions(
                    new PemTrustOptions().addCertPath(tls.clientAuthorities().toString()));
        }
        tls.revocationLists().forEach(each -> ssl.addCrlPath(each.toString()));
    }

    private static KeyCertOptions key(Tls.Key key) {
        if (key instanceof Tls.PemKey pem) {
            return new PemKeyCertOptions()
                    .setCertPath(pem.certificates().toString())
                    .setKeyPath(pem.key().toString());
        }
        Tls.Pkcs12Key store = (Tls.Pkcs12Key) key;
        return new PfxOptions().setPath(store.file().toString()).setPassword(store.password());
    }
}
