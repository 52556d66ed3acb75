package io.maxmq.core.transport;

import io.maxmq.config.Tls;
import io.maxmq.core.tls.NamedKeys;
import io.maxmq.core.tls.TlsMaterial;
import io.maxmq.spi.TlsSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Factory of TLS handlers from one reading of a listener's certificate files. A later reading creates another factory,
 * which cannot resume the sessions of this one. Requires netty-handler. Immutable and thread-safe.
 */
final class TlsHandlers implements ClientHelloHandler.Tls {
    /** Enough for clients that lose their connections together, at a few KiB per session. */
    private static final int RESUMABLE_SESSIONS = 1000;

    private static final long RESUMABLE_SECONDS = 3600;

    /** Equals the number of bytes flushed at once. */
    private static final int WRAP_BYTES = 64 * 1024;

    private final SslContext context;

    private TlsHandlers(SslContext context) {
        this.context = context;
    }

    /**
     * Creates the factory from the content of the files.
     *
     * @throws IOException if the content is not usable; the message has one line
     * @throws IllegalStateException if the provider is not available
     */
    static TlsHandlers of(Tls settings, TlsMaterial material) throws IOException {
        return new TlsHandlers(contextOf(settings, material));
    }

    private static SslContext contextOf(Tls tls, TlsMaterial material) throws IOException {
        SslContextBuilder builder = builderFor(material)
                .sslProvider(provider(tls.provider()))
                .protocols(tls.protocols())
                .clientAuth(
                        switch (tls.clientCertificates()) {
                            case NONE -> ClientAuth.NONE;
                            case OPTIONAL -> ClientAuth.OPTIONAL;
                            case REQUIRED -> ClientAuth.REQUIRE;
                        })
                .sessionCacheSize(RESUMABLE_SESSIONS)
                .sessionTimeout(RESUMABLE_SECONDS);
        if (material.clientTrust() != null) {
            builder.trustManager(material.clientTrust());
        }
        List<String> suites = tls.cipherSuites().isEmpty() ? Tls.DEFAULT_CIPHER_SUITES : tls.cipherSuites();
        builder.ciphers(suites, SupportedCipherSuiteFilter.INSTANCE);
        try {
            SslContext made = builder.build();
            if (made.cipherSuites().isEmpty()) {
                throw new IOException("the provider supports no cipher suite of " + suites);
            }
            return made;
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    private static SslContextBuilder builderFor(TlsMaterial material) {
        TlsMaterial.Pair own = material.own();
        return material.named().isEmpty()
                ? SslContextBuilder.forServer(own.key(), own.chain().toArray(X509Certificate[]::new))
                : SslContextBuilder.forServer(new NamedKeys(material));
    }

    private static SslProvider provider(Tls.Provider wanted) {
        return switch (wanted) {
            case JDK -> SslProvider.JDK;
            case AUTOMATIC -> NativeAccess.isSilent() && OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
            case OPENSSL -> {
                if (!OpenSsl.isAvailable()) {
                    throw new IllegalStateException(
                            "OpenSSL is not available: add io.netty:netty-tcnative-boringssl-static with the classifier"
                                    + " of this system",
                            OpenSsl.unavailabilityCause());
                }
                yield SslProvider.OPENSSL;
            }
        };
    }

    @Override
    public ChannelHandler newHandler(Channel channel, ClientSetup arrival) {
        SslHandler handler = context.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(0); // the CONNECT deadline includes the handshake
        handler.setCloseNotifyFlushTimeoutMillis(0); // the connection itself waits for its last output
        handler.setWrapDataSize(WRAP_BYTES);
        OfConnection security = new OfConnection(handler.engine());
        arrival.secureBy(security);
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                security.session = sessionOf(security.engine.getSession());
                arrival.secured();
            } else {
                arrival.notSecured(done.cause());
            }
        });
        handler.sslCloseFuture().addListener(closed -> {
            if (closed.isSuccess()) {
                arrival.inputEnds(); // the peer does not read responses any longer
            }
        });
        return handler;
    }

    private static TlsSession sessionOf(SSLSession session) {
        List<X509Certificate> peer = new ArrayList<>();
        try {
            for (Certificate each : session.getPeerCertificates()) {
                peer.add((X509Certificate) each);
            }
        } catch (SSLPeerUnverifiedException e) {
            // The client has sent no certificate, which is optional.
        }
        return new TlsSession(session.getProtocol(), session.getCipherSuite(), serverName(session), peer);
    }

    private static @Nullable String serverName(SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return null;
    }

    private static final class OfConnection implements Security {
        private final SSLEngine engine;
        private @Nullable TlsSession session;

        OfConnection(SSLEngine engine) {
            this.engine = engine;
        }

        @Override
        public @Nullable TlsSession session() {
            return session;
        }

        @Override
        public boolean isRenegotiating() {
            TlsSession done = session;
            return done != null
                    && done.protocol().equals("TLSv1.2")
                    && engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
        }
    }
}
