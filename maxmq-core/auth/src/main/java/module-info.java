/** Authenticators and access control lists. Start at {@link io.maxmq.auth.PasswordFile} and {@link io.maxmq.auth.Acl}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.auth {
    requires static org.jspecify;
    requires static com.nimbusds.jose.jwt;
    requires static java.net.http;
    requires static org.bouncycastle.provider;
    requires transitive io.maxmq.core;
    requires org.slf4j;

    exports io.maxmq.auth;

    provides io.maxmq.spi.config.AuthenticatorProvider with
            io.maxmq.auth.CertificateProvider,
            io.maxmq.auth.HttpProvider,
            io.maxmq.auth.JwtProvider,
            io.maxmq.auth.PasswordFileProvider,
            io.maxmq.auth.ScramProvider;
    provides io.maxmq.spi.config.AuthorizerProvider with
            io.maxmq.auth.AclFileProvider,
            io.maxmq.auth.AclProvider;
}
