package io.maxmq.configfile;

import io.maxmq.config.Tls;
import io.maxmq.config.Tls.ClientCertificates;
import io.maxmq.config.Tls.Key;
import io.maxmq.config.Tls.PemKey;
import io.maxmq.config.Tls.Pkcs12Key;
import io.maxmq.config.Tls.Provider;
import io.maxmq.spi.config.ConfigSection;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The section {@code tls} of a listener. Stateless. */
final class TlsSettings {
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private TlsSettings() {}

    static Tls read(ConfigSection section) {
        Key key = key(section);
        Map<String, Key> named = new HashMap<>();
        for (ConfigSection each : section.sections("named-keys")) {
            if (named.put(each.text("server-name"), key(each)) != null) {
                throw each.wrong("server-name", "is there twice: " + each.text("server-name"));
            }
        }
        ClientCertificates asked =
                section.choice("client-certificates", ClientCertificates.class, ClientCertificates.NONE);
        Path authorities = section.fileOrNull("client-authorities");
        List<Path> revocationLists = section.files("revocation-lists");
        List<String> protocols = section.texts("protocols", PROTOCOLS);
        List<String> cipherSuites = section.texts("cipher-suites", List.of());
        Provider provider = section.choice("provider", Provider.class, Provider.AUTOMATIC);
        boolean watches = section.flag("watches-files", true);
        return BrokerSettings.checked(
                section,
                () -> new Tls(
                        key, named, asked, authorities, revocationLists, protocols, cipherSuites, provider, watches));
    }

    private static Key key(ConfigSection section) {
        Path pkcs12 = section.fileOrNull("pkcs12");
        Path certificates = section.fileOrNull("certificates");
        Path key = section.fileOrNull("key");
        String password = section.text("password", "");
        if (pkcs12 != null) {
            if (certificates != null || key != null) {
                throw section.wrong("pkcs12", "has key and certificates in it: there must be no others");
            }
            return new Pkcs12Key(pkcs12, password);
        }
        return new PemKey(
                certificates == null ? section.file("certificates") : certificates,
                key == null ? section.file("key") : key,
                password.isEmpty() ? null : password);
    }
}
