package io.maxmq.api.http;

import io.maxmq.api.access.ApiRequest;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLPeerUnverifiedException;

/** A copy of a request's head. Immutable. */
final class RequestHead implements ApiRequest {
    private final String method;
    private final String path;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final SocketAddress remoteAddress;
    private final List<Certificate> clientCertificates;

    RequestHead(HttpServerRequest request) {
        method = request.method().name();
        int query = request.uri().indexOf('?');
        path = query < 0 ? request.uri() : request.uri().substring(0, query);
        request.headers().forEach(each -> headers.putIfAbsent(each.getKey(), each.getValue()));
        remoteAddress = remoteAddress(request);
        clientCertificates = certificates(request);
    }

    static SocketAddress remoteAddress(HttpServerRequest request) {
        io.vertx.core.net.SocketAddress address = request.remoteAddress();
        if (address == null || address.isDomainSocket()) {
            return UnixDomainSocketAddress.of("");
        }
        return new InetSocketAddress(address.hostAddress(), address.port());
    }

    /** The address without the port; {@code unix} for a local socket. */
    static String hostOf(HttpServerRequest request) {
        io.vertx.core.net.SocketAddress address = request.remoteAddress();
        return address == null || address.isDomainSocket() ? "unix" : String.valueOf(address.hostAddress());
    }

    private static List<Certificate> certificates(HttpServerRequest request) {
        if (!request.isSSL()) {
            return List.of();
        }
        try {
            return List.of(request.sslSession().getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    @Override
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public List<Certificate> clientCertificates() {
        return clientCertificates;
    }
}
