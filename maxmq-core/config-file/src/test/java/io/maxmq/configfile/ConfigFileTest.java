package io.maxmq.configfile;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.RecordedLogs;
import io.maxmq.auth.Acl;
import io.maxmq.auth.CertificateAuthenticator;
import io.maxmq.auth.PasswordFile;
import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.config.AutomaticSubscription;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Capabilities;
import io.maxmq.config.ConfiguredBroker;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.DelayedLimits;
import io.maxmq.config.Listener;
import io.maxmq.config.MemoryLimits;
import io.maxmq.config.Overflow;
import io.maxmq.config.OverlappingSubscriptions;
import io.maxmq.config.OverloadLimits;
import io.maxmq.config.RecoveryLimits;
import io.maxmq.config.RetainedLimits;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.SettingKeys;
import io.maxmq.config.TcpListener;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TenantQuota;
import io.maxmq.config.Tls;
import io.maxmq.config.TlsListener;
import io.maxmq.config.TopicRewrite;
import io.maxmq.limit.FlappingGuard;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limits;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.TenantAuthenticator;
import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.intercept.SubscriptionRequest;
import io.maxmq.spi.limit.RateLimiter;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConfigFileTest {
    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    Path directory;

    @Test
    void anEmptyFileIsTheDefaults() throws IOException {
        ConfiguredBroker configured = read("# nothing\n");

        assertThat(configured.settings()).isEqualTo(BrokerConfig.defaults());
        assertThat(configured.authenticators()).isEmpty();
        assertThat(configured.storage()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "authenticators = [ { type = jwt, secret = 0123456789abcdef0123456789abcdef } ]",
                "authenticators = [ { type = http, url = \"https://user:x@host/\" } ]",
                "authenticators = [ { type = http, url = \"https://host/\", headers = [ \"Authorization: x\" ] } ]",
                "listeners { a { type = tls, tls { pkcs12 = a.p12, password = x } } }"
            })
    void warnsOfSecretsInAFileThatEveryUserOfTheMachineCanRead(String secrets) throws IOException {
        Path file = write("name = exposed-config\n" + secrets);
        try (RecordedLogs.Watch log = RecordedLogs.watch("exposed-config")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
            HoconReader.read(file, NOTHING, NOTHING);
            assertThat(log.warnings()).isEmpty();

            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            HoconReader.read(file, NOTHING, NOTHING);
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith(file + " holds secrets")
                    .contains("rw-r--r--");
        }
    }

    @Test
    void doesNotWarnOfAReadableFileWithoutSecrets() throws IOException {
        Path file = write(
                "name = public-config\nlisteners { a { type = tls, tls { certificates = a, key = b, password = \"\" } } }");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        try (RecordedLogs.Watch log = RecordedLogs.watch("public-config")) {
            HoconReader.read(file, NOTHING, NOTHING);

            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void errorsAreOneLineAndHideSecretsOfUrls() {
        assertThatExceptionOfType(ConfigFileException.class)
                .isThrownBy(() -> read("connections { max-packet-bytes = \"1\\nmaxmq: \\u001b[2J\\u202E\" }"))
                .withMessageContaining("\\nmaxmq: \\u001b[2J\\u202e")
                .withMessageNotContainingAny("\n", "\u001b", "\u202E");
        assertThatExceptionOfType(ConfigFileException.class)
                .isThrownBy(() -> read("authenticators = [ { type = http, url = \"https://user:se cret@host/a\" } ]"))
                .withMessageContaining("@host/a")
                .withMessageNotContaining("se cret");
    }

    @Test
    void authenticatorMayBeOfOneTenant() throws IOException {
        List<Authenticator> read = read("""
                        authenticators = [
                          { type = certificate, username = common-name, issued-by = blue-ca.crt, tenant = blue }
                          { type = jwt, secret = 0123456789abcdef0123456789abcdef, tenant = red }
                        ]
                        """).authenticators();

        assertThat(read)
                .extracting(each -> ((TenantAuthenticator) each).tenant().name())
                .containsExactly("blue", "red");
        assertThat(((TenantAuthenticator) read.get(0)).authenticator())
                .isInstanceOfSatisfying(
                        CertificateAuthenticator.class,
                        certificate -> assertThat(certificate.source())
                                .hasValueSatisfying(source -> assertThat(source).endsWith("blue-ca.crt")));
    }

    @Test
    void everySettingOfTheBrokerHasItsKey() throws IOException {
        Set<String> keys = read("listeners { a { port = 0 } }").origins().keySet();

        assertThat(keys).containsAll(keysOf("", BrokerConfig.class));
        assertThat(keys).containsAll(keysOf("connections.", ConnectionLimits.class));
        assertThat(keys).containsAll(keysOf("sessions.", SessionLimits.class));
        assertThat(keys).containsAll(keysOf("retained.", RetainedLimits.class));
        assertThat(keys).containsAll(keysOf("recovery.", RecoveryLimits.class));
        assertThat(keys).containsAll(keysOf("delayed.", DelayedLimits.class));
        assertThat(keys).containsAll(keysOf("memory.", MemoryLimits.class));
        assertThat(keys).containsAll(keysOf("overload.", OverloadLimits.class));
        assertThat(keys).containsAll(keysOf("tenancy.", Tenancy.class));
        assertThat(keys).containsAll(keysOf("tenancy.quota.", TenantQuota.class));
        assertThat(keys).containsAll(keysOf("capabilities.", Capabilities.class));
        assertThat(keysOf("listeners.a.", TcpListener.class))
                .filteredOn(key -> !keys.contains(key))
                .containsExactly("listeners.a.name");
    }

    private static Set<String> keysOf(String prefix, Class<?> settings) {
        Set<String> keys = new TreeSet<>();
        for (RecordComponent component : settings.getRecordComponents()) {
            keys.add(prefix + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
        }
        return keys;
    }

    @Test
    void readsTheRulesOfAuthorizers() throws IOException {
        ConfiguredBroker configured = read("""
                authorizers = [
                  { type = acl, rules = ["allow all topic=a/${clientid}/#", "deny all topic=\\"b c\\""] }
                  { type = acl-file, file = rules }
                ]
                """);

        assertThat(configured.authorizers()).hasSize(2).allMatch(each -> each instanceof Acl);
        assertThatThrownBy(() -> read("authorizers = [{ type = acl, rules = [\"allow all\"] }]"))
                .hasMessageContaining(":1: ")
                .hasMessageContaining("this has no topic, in: allow all");
        assertThatThrownBy(() -> read("authorizers = [{ type = acl }]")).hasMessageContaining("must have a rule");
        assertThatThrownBy(() -> read("authorizers = [{ type = acl-file }]")).hasMessageContaining("file");
    }

    @Test
    void readsBans() throws IOException {
        assertThat(read("""
                bans = [
                  { kind = client, value = a, tenant = gold, reason = noise, until = "2030-01-31T12:00:00Z" }
                  { kind = client-of-user, value = b, user = mallory }
                  { kind = address, value = "10.0.0.0/8" }
                ]
                """).settings().bans())
                .containsExactly(
                        new Ban(
                                Ban.Kind.CLIENT,
                                new Tenant("gold"),
                                "a",
                                Optional.empty(),
                                "noise",
                                0,
                                1_896_091_200_000L),
                        Ban.clientOfUser("b", Optional.of("mallory")),
                        Ban.address("10.0.0.0/8"));
        assertThatThrownBy(() -> read("bans = [{ kind = client, value = a, until = tomorrow }]"))
                .hasMessageContaining(":1: ")
                .hasMessageContaining("until must be a time such as 2030-01-31T12:00:00Z, not tomorrow");
        assertThatThrownBy(() -> read("bans = [{ kind = address, value = nowhere }]"))
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> read("bans = [{ value = a }]")).hasMessageContaining("kind");
    }

    @Test
    void settingsOfTheSpringBootStarterAreNoOverrides() throws IOException {
        Path file = write("listeners { a { port = 0 } }");

        HoconReader.read(
                file, Map.of("maxmq.config-file", "a", "maxmq.enabled", "true"), Map.of("MAXMQ_CONFIGFILE", "a"));

        assertThatThrownBy(() -> HoconReader.read(file, Map.of("maxmq.config-fil", "a"), NOTHING))
                .hasMessageContaining("there is no such setting");
    }

    @Test
    void noTwoKeysHaveTheSameVariable() throws IOException {
        Set<String> keys = read("listeners { a { port = 0 } }").origins().keySet();

        assertThat(keys.stream().map(Overrides::variableOf)).doesNotHaveDuplicates();
    }

    @Test
    void readsWhatTheBuilderSets() throws IOException {
        BrokerConfig config = read("""
                name = b, allow-anonymous = yes, loops = 2, overlapping = delivery-per-subscription, sys-interval = 0
                connections { connect-timeout = 3 s, max-packet-bytes = 2 MiB, long-client-ids-in-v31 = off }
                sessions { max-queued-bytes = 3 GiB, overflow = drop-oldest, default-expiry-v3 = 1 d }
                retained.max-messages = 7
                delayed { max-delay = 1 h }
                memory { max-bytes = 64 MiB }
                capabilities { maximum-qos = 1, open-dollar-topics = ["$app", "$x"] }
                topic-rewrites = [{ pattern = "a/+", target = "b/{1}", scope = publish }]
                automatic-subscriptions = [
                  { client-ids = "s*", topic-filter = "to/${clientid}/#", qos = 1, retain-handling = do-not-send, authorized = no }
                ]
                listeners { out { host = "::1", port = 0, backlog = 9, max-connections = 8 }
                            in { port = 1884 } }
                """).settings();

        assertThat(config)
                .isEqualTo(BrokerConfig.builder()
                        .name("b")
                        .allowAnonymous(true)
                        .loops(2)
                        .overlapping(OverlappingSubscriptions.DELIVERY_PER_SUBSCRIPTION)
                        .sysInterval(Duration.ZERO)
                        .connections(ConnectionLimits.builder()
                                .connectTimeout(Duration.ofSeconds(3))
                                .maxPacketBytes(2 << 20)
                                .longClientIdsInV31(false)
                                .build())
                        .sessions(SessionLimits.builder()
                                .maxQueuedBytes(3L << 30)
                                .overflow(Overflow.DROP_OLDEST)
                                .defaultExpiryV3(Duration.ofDays(1))
                                .build())
                        .retained(RetainedLimits.builder().maxMessages(7).build())
                        .delayed(DelayedLimits.builder()
                                .maxDelay(Duration.ofHours(1))
                                .build())
                        .memory(MemoryLimits.ofBytes(64 << 20))
                        .capabilities(Capabilities.builder()
                                .maximumQos(QoS.AT_LEAST_ONCE)
                                .openDollarTopics(Set.of("$app", "$x"))
                                .build())
                        .topicRewrite(TopicRewrite.ofPublish("a/+", "b/{1}"))
                        .automaticSubscription(AutomaticSubscription.of(
                                        "s*",
                                        new SubscriptionRequest(
                                                "to/${clientid}/#",
                                                QoS.AT_LEAST_ONCE,
                                                false,
                                                false,
                                                RetainHandling.DO_NOT_SEND))
                                .withoutAuthorization())
                        .listener(new TcpListener("out", "::1", 0, 9, 8))
                        .listener(Listener.tcp(1884).withName("in"))
                        .build());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sessions { max-sesions = 1 }                    | 1 | unknown key sessions.max-sesions, did you mean max-sessions?
            sessions { zebra = 1 }                          | 1 | unknown key sessions.zebra, known are default-expiry-v3,
            sesions { max-sessions = 1 }                    | 1 | unknown key sesions, did you mean sessions?
            connections.receive-maximum = 0                 | 1 | connections.receive-maximum must be 1..65535: 0
            connections.receive-maximum = many              | 1 | connections.receive-maximum must be a whole number, not "many"
            connections.receive-maximum = 1.5               | 1 | connections.receive-maximum must be a whole number, not 1.5
            connections.receive-maximum = 3000000000        | 1 | connections.receive-maximum must be 1..65535: 3000000000
            connections.max-packet-bytes = 3 GiB            | 1 | connections.max-packet-bytes must be 1 KiB..268435460: 3 GiB
            connections.max-keep-alive = 1 d                | 1 | connections.max-keep-alive must be 1 s..65535 s: 1 d
            connections.connect-timeout = 0 s               | 1 | connections.connect-timeout must be more than 0: 0
            sys-interval = 500 ms                           | 1 | sys-interval must be 0, or 1 s or more: 500 ms
            sessions.max-sessions = 0                       | 1 | sessions.max-sessions must be 1 or more: 0
            delayed.max-delay = 1500 ms                     | 1 | delayed.max-delay is refused: maxDelay must be whole seconds
            tenancy { quotas { a { max-sessions = -1 } } }  | 1 | tenancy.quotas.a.max-sessions must be 0 or more: -1
            connections.connect-timeout = 10                | 1 | connections.connect-timeout must be a time with its unit such as 250 ms, 10 s, 5 m or 1 h, not 10
            sessions.overflow = drop                        | 1 | must be one of drop-newest, drop-oldest, disconnect, reject-publisher, not "drop"
            sessions.max-queued-bytes = lots                | 1 | must be an amount of bytes such as 65536, 64 KiB or 2 GB, not "lots"
            sessions = 3                                    | 1 | sessions must be a section: sessions { … }
            allow-anonymous = perhaps                       | 1 | allow-anonymous must be true or false, not "perhaps"
            name = ""                                       | 1 | name is refused: name must be 1..64 characters
            capabilities.maximum-qos = 3                    | 1 | capabilities.maximum-qos must be 0..2: 3
            topic-rewrites = [{ pattern = a }]              | 1 | topic-rewrites[0]: key target is missing
            topic-rewrites = [{ pattern = a, tarqet = b }]  | 1 | topic-rewrites[0]: key target is missing, did you mean it by tarqet?
            topic-rewrites = { pattern = a }                | 1 | topic-rewrites must be a list of sections
            topic-rewrites = [{ pattern = a, target = "+" }] | 1 | topic-rewrites[0]: target must be a topic name
            listeners { a { port = 70000 } }                | 1 | listeners.a: port must be 0..65535: port=70000
            listeners { a { type = tls, tls { key = k } } } | 1 | listeners.a.tls: key certificates is missing
            listeners { a { type = tls, tls { key = k, certificates = c, pkcs12 = p } } } | 1 | listeners.a.tls.pkcs12 has key and certificates in it
            listeners { a { type = websocket, path = x } }  | 1 | listeners.a: path must
            listeners { a { proxies = [10.0.0.0/99] } }     | 1 | listeners.a:
            tenancy { source = authenticator }, listeners { a { type = websocket } } | 1 | listeners.a: with tenants all listeners must have TLS
            limits = [{ kind = publish-rate, scope = client }]  | 1 | limits[0]: amount must be 1..
            limits = [{ scope = client, amount = 1 }]       | 1 | limits[0]: key kind is missing
            limits = [{ kind = byte-rate, scope = address, only = x, amount = 1 k }] | 1 | limits[0]:
            flapping { connections = 1, window = 2 h }      | 1 | flapping: window must be 1 ms..1 h
            listeners { a { type = quic } }                 | 1 | listeners.a.type must be one of tcp, tls, websocket, secure-websocket
            tenancy { source = authenticator }, listeners { a { port = 1 } } | 1 | listeners.a: with tenants all listeners must have TLS: listener=a
            tenancy { source = server-name }                | 1 | tenancy: tenants by server name need a pattern or names
            tenancy { quotas { "a b" { } } }                | 1 | tenancy.quotas.a b: tenant name may hold
            storage.type = rocksdb                          | 1 | storage.type rocksdb needs a module that is missing: add io.maxmq:maxmq-storage
            authenticators = [{ type = password-file }]     | 1 | authenticators[0]: key file is missing
            authenticators = [{ file = x }]                 | 1 | authenticators[0]: key type is missing
            authenticators = [{ type = scram }]             | 1 | authenticators[0]: key file is missing
            authenticators = [{ type = certificate }]       | 1 | authenticators[0]: username or client-id must say
            authenticators = [{ type = certificate, username = cn }] | 1 | authenticators[0].username must be one of common-name, subject
            authenticators = [{ type = certificate, username = email, tenant = "a b" }] | 1 | authenticators[0]: tenant name may hold
            authenticators = [{ type = password-file, file = x, tenant = a }] | 1 | unknown key authenticators[0].tenant
            authenticators = [{ type = jwt }]               | 1 | authenticators[0]: must have one of keys, keys-url and secret
            authenticators = [{ type = jwt, keys = a, secret = b }] | 1 | authenticators[0]: must have one of keys, keys-url and secret
            authenticators = [{ type = jwt, secret = b }]   | 1 | authenticators[0]: secret must have at least 32 bytes: length=1
            authenticators = [{ type = jwt, keys = a, algorithms = [none] }] | 1 | authenticators[0]: algorithm must be one of RS256
            authenticators = [{ type = jwt, keys = a, issuer = b, isuer = c }] | 1 | unknown key authenticators[0].isuer, did you mean issuer?
            authenticators = [{ type = jwt, keys-url = a }] | 1 | authenticators[0]: url must be https://HOST
            authenticators = [{ type = http, url = "https://a b" }] | 1 | authenticators[0].url must be a URL, not https://a b
            authenticators = [{ type = http, url = "https://a", headers = [b] }] | 1 | authenticators[0].headers must be names and values
            authenticators = [{ type = http, url = "https://a", deadline = 2 m }] | 1 | authenticators[0]: deadline must be 1 ms..1 minute
            connections { outbound-low-watermark-bytes = 5 MiB } | 1 | connections.outbound-low-watermark-bytes is refused: outboundLowWatermarkBytes must not exceed
            authenticators = [{ type = jwt, secret = [hidden] }] | 1 | authenticators[0].secret must be a text, not a list
            authenticators = [{ type = jwt, secret = { hidden = 1 } }] | 1 | authenticators[0].secret must be a text, not a section
            listeners { a { type = tls } }                  | 1 | listeners.a.tls: key certificates is missing
            memory.max-bytes = 9999999999 GiB               | 1 | memory.max-bytes must be an amount of bytes such as 65536, 64 KiB or 2 GB, not "9999999999 GiB"
            memory { max-bytes = 5 MiB, network-bytes = 6 MiB } | 1 | memory: networkBytes must be below maxBytes
            """)
    void saysWhatIsWrongAndWhere(String text, int line, String problem) throws IOException {
        Path file = write("\n".repeat(2) + text);

        assertThatExceptionOfType(ConfigFileException.class)
                .isThrownBy(() -> HoconReader.read(file, NOTHING, NOTHING))
                .withMessageStartingWith(file + ":3: ")
                .withMessageContaining(problem)
                .satisfies(thrown -> assertThat(thrown.line()).isEqualTo(line + 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a = {", "a = ${nowhere}", "= 3", "include required(\"nothing.conf\")"})
    void refusesWhatIsNoHocon(String text) throws IOException {
        Path file = write(text);

        assertThatExceptionOfType(ConfigFileException.class)
                .isThrownBy(() -> HoconReader.read(file, NOTHING, NOTHING))
                .withMessageContaining("broker.conf");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> MaxMQ.fromConfig(directory.resolve("none.conf")))
                .isInstanceOf(ConfigFileException.class)
                .hasMessageContaining("none.conf: there is no such file, or it can't be read");
    }

    @Test
    void twoValuesThatDoNotGoTogetherAreTheSectionsFault() throws IOException {
        Path file = write("""
                connections {
                  outbound-low-watermark-bytes = 3 MiB
                  outbound-high-watermark-bytes = 2 MiB
                }
                """);

        assertThatExceptionOfType(ConfigFileException.class)
                .isThrownBy(() -> HoconReader.read(file, NOTHING, NOTHING))
                .withMessage(file
                        + ":1: connections: outboundLowWatermarkBytes must not exceed"
                        + " outboundHighWatermarkBytes: 3145728 > 2097152");
    }

    @Test
    void twoValuesThatGoTogetherOnlyAreTaken() throws IOException {
        BrokerConfig config = read("""
                connections { outbound-low-watermark-bytes = 5 MiB, outbound-high-watermark-bytes = 6 MiB }
                """).settings();

        assertThat(config.connections().outboundLowWatermarkBytes()).isEqualTo(5 << 20);
    }

    @Test
    void propertiesWinOverVariablesAndThoseOverTheFile() throws IOException {
        Path file = write(
                "sessions { max-sessions = 1, max-in-flight = 1, max-subscriptions = 1 }, listeners { a { port = 1 }"
                        + " }");

        BrokerConfig config = HoconReader.read(
                        file,
                        Map.of("maxmq.sessions.max-sessions", "3", "java.version", "17"),
                        Map.of(
                                "MAXMQ_SESSIONS_MAX_SESSIONS", "2",
                                "MAXMQ_SESSIONS_MAX_IN_FLIGHT", "2",
                                "MAXMQ_DELAYED_MAX_DELAY", "5 s",
                                "MAXMQ_CAPABILITIES_OPEN_DOLLAR_TOPICS", "$a, $b",
                                "MAXMQ_LISTENERS_A_PORT", "0",
                                "PATH", "/bin"))
                .settings();

        assertThat(config.sessions())
                .isEqualTo(SessionLimits.builder()
                        .maxSessions(3)
                        .maxInFlight(2)
                        .maxSubscriptions(1)
                        .build());
        assertThat(config.delayed().maxDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.capabilities().openDollarTopics()).containsExactlyInAnyOrder("$a", "$b");
        assertThat(config.listeners()).containsExactly(Listener.tcp(0).withName("a"));
    }

    @Test
    void originsNameTheLineOrTheVariableOfAKey() throws IOException {
        Path file = write("sessions {\n  max-sessions = 1\n  max-in-flight = 1\n}");

        Map<String, String> origins = HoconReader.read(
                        file, Map.of("maxmq.loops", "1"), Map.of("MAXMQ_SESSIONS_MAX_IN_FLIGHT", "2"))
                .origins();

        assertThat(origins)
                .containsEntry("sessions.max-sessions", file + ":2")
                .containsEntry("sessions.max-in-flight", "environment variable MAXMQ_SESSIONS_MAX_IN_FLIGHT")
                .containsEntry("loops", "system property maxmq.loops")
                .containsEntry("sessions.max-expiry", ConfiguredBroker.DEFAULT)
                .containsKeys(
                        SettingKeys.valuesIn(BrokerConfig.defaults()).keySet().toArray(String[]::new));
    }

    @Test
    void aWrongVariableIsNamed() throws IOException {
        Path file = write("");

        assertThatThrownBy(() -> HoconReader.read(file, NOTHING, Map.of("MAXMQ_SESSIONS_MAX_IN_FLIGHT", "x")))
                .hasMessage("environment variable MAXMQ_SESSIONS_MAX_IN_FLIGHT: sessions.max-in-flight must be a whole"
                        + " number, not \"x\"");
        assertThatThrownBy(() -> HoconReader.read(file, Map.of("maxmq.sessions.max-in-flight", "0"), NOTHING))
                .hasMessageStartingWith(
                        "system property maxmq.sessions.max-in-flight: sessions.max-in-flight must be 1..65535: 0");
        assertThatThrownBy(() -> HoconReader.read(file, NOTHING, Map.of("MAXMQ_SESSIONS_MAX_INFLIGHT", "1")))
                .hasMessage("environment variable MAXMQ_SESSIONS_MAX_INFLIGHT: there is no such setting, did you mean"
                        + " MAXMQ_SESSIONS_MAX_IN_FLIGHT?");
        assertThatThrownBy(() -> HoconReader.read(file, Map.of("maxmq.x", "1"), NOTHING))
                .hasMessageStartingWith("system property maxmq.x: there is no such setting");
    }

    @Test
    void whatKubernetesSaysAboutAServiceOfThatNameIsNoSetting() throws IOException {
        Map<String, String> environment = Map.of(
                "MAXMQ_PORT", "tcp://10.0.0.1:1883",
                "MAXMQ_SERVICE_HOST", "10.0.0.1",
                "MAXMQ_SERVICE_PORT_MQTT", "1883",
                "MAXMQ_PORT_1883_TCP_ADDR", "10.0.0.1",
                "MAXMQ_HEADLESS_SERVICE_PORT", "1883");

        assertThat(HoconReader.read(write(""), NOTHING, environment).settings()).isEqualTo(BrokerConfig.defaults());
    }

    @Test
    void tenantsHaveNamesAndQuotas() throws IOException {
        Tenancy tenancy = read("""
                tenancy {
                  source = server-name, server-name-pattern = "{tenant}.example.com", max-tenants = 5
                  server-names = [{ name = vip.example.com, tenant = gold }]
                  quota { max-sessions = 6, max-subscriptions = 7, max-retained-messages = 8, max-retained-bytes = 9 KiB, max-stored-bytes = 10 KiB }
                  quotas { gold { max-subscriptions = 70 } }
                }
                """).settings().tenancy();

        assertThat(tenancy)
                .isEqualTo(new Tenancy(
                        Tenancy.Source.SERVER_NAME,
                        "{tenant}.example.com",
                        Map.of("vip.example.com", new Tenant("gold")),
                        5,
                        new TenantQuota(6, 7, 8, 9 << 10, 10 << 10),
                        Map.of(new Tenant("gold"), TenantQuota.UNLIMITED.withMaxSubscriptions(70))));
    }

    @Test
    void limitsAreRead() throws IOException {
        ConfiguredBroker configured = read("""
                limits = [
                  { kind = connection-rate, scope = address, only = 10.0.0.0/8, amount = 20, window = 2 s, action = disconnect }
                  { kind = publish-rate, scope = client, amount = 5 }
                  { kind = byte-rate, scope = user, amount = 1 MiB, burst = 2 MiB, action = drop }
                  { kind = connections, scope = user, amount = 3 }
                ]
                limit-keys { ipv4-bits = 24, ipv6-bits = 48, max = 7 }
                flapping { connections = 3, window = 5 s, ban = 1 m, by-address = true }
                """);

        assertThat(((Limits) configured.rateLimiter()).limits())
                .containsExactly(
                        Limit.connectionRate(Limit.Scope.ADDRESS, 20, Duration.ofSeconds(2))
                                .only("10.0.0.0/8")
                                .action(Limit.Action.DISCONNECT),
                        Limit.publishRate(Limit.Scope.CLIENT, 5, Duration.ofSeconds(1)),
                        Limit.byteRate(Limit.Scope.USER, 1 << 20, 2 << 20).action(Limit.Action.DROP),
                        Limit.connections(Limit.Scope.USER, 3));
        assertThat(configured.extensions()).hasSize(1).allMatch(each -> each instanceof FlappingGuard);
        assertThat(read("").rateLimiter()).isSameAs(RateLimiter.NONE);
        assertThat(read("").extensions()).isEmpty();
    }

    @Test
    void aTlsListenerHasItsFiles() throws IOException {
        BrokerConfig config = read("""
                listeners {
                  secure {
                    type = tls, host = 0.0.0.0, port = 0
                    tls {
                      certificates = server.crt, key = server.key, password = secret
                      named-keys = [{ server-name = blue.example, pkcs12 = /keys/blue.p12, password = other }]
                      client-certificates = required, client-authorities = ca.crt, revocation-lists = [a.crl, /b.crl]
                      protocols = TLSv1.3, cipher-suites = [TLS_AES_256_GCM_SHA384], provider = jdk, watches-files = false
                    }
                  }
                }
                """).settings();

        assertThat(config.listeners())
                .containsExactly(new TlsListener(
                        "secure",
                        "0.0.0.0",
                        0,
                        1024,
                        1_000_000,
                        new Tls(
                                new Tls.PemKey(
                                        directory.resolve("server.crt"), directory.resolve("server.key"), "secret"),
                                Map.of("blue.example", new Tls.Pkcs12Key(Path.of("/keys/blue.p12"), "other")),
                                Tls.ClientCertificates.REQUIRED,
                                directory.resolve("ca.crt"),
                                List.of(directory.resolve("a.crl"), Path.of("/b.crl")),
                                List.of("TLSv1.3"),
                                List.of("TLS_AES_256_GCM_SHA384"),
                                Tls.Provider.JDK,
                                false)));
    }

    @Test
    void webSocketsAndProxiesAreRead() throws IOException {
        BrokerConfig config = read("""
                listeners {
                  ws { type = websocket, port = 1, path = /here, allowed-origins = ["https://a.example", "https://b.example"] }
                  both { type = tcp-and-websocket, port = 4, path = /both }
                  both-secure { type = tls-and-websocket, port = 5, tls { certificates = c, key = k } }
                  wss { type = secure-websocket, tls { certificates = c, key = k } }
                  forwarded { type = websocket, port = 3, forwarders = [10.0.0.0/8] }
                  proxied { proxies = [10.0.0.0/8, "::1"], port = 2 }
                }
                """).settings();

        assertThat(config.listeners())
                .containsExactly(
                        Listener.webSocket(1)
                                .withName("ws")
                                .withPath("/here")
                                .withAllowedOrigins("https://a.example", "https://b.example"),
                        Listener.tcpAndWebSocket(4).withName("both").withPath("/both"),
                        Listener.tlsAndWebSocket(5, Tls.pem(directory.resolve("c"), directory.resolve("k")))
                                .withName("both-secure"),
                        Listener.secureWebSocket(8443, Tls.pem(directory.resolve("c"), directory.resolve("k")))
                                .withName("wss"),
                        Listener.webSocket(3).withName("forwarded").withForwarders(List.of(Cidr.parse("10.0.0.0/8"))),
                        Listener.behindProxies(
                                Listener.tcp(2).withName("proxied"),
                                List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("::1"))));
    }

    @Test
    void aLocalSocketHasItsFile() throws IOException {
        BrokerConfig config = read("""
                listeners {
                  local { type = unix, file = mqtt.sock, permissions = rw-rw----, max-connections = 5, backlog = 6 }
                }
                """).settings();

        assertThat(config.listeners())
                .containsExactly(Listener.unix(directory.resolve("mqtt.sock"))
                        .withName("local")
                        .withPermissions("rw-rw----")
                        .withMaxConnections(5)
                        .withBacklog(6));
        assertThatThrownBy(() -> read("listeners { a { type = unix, file = x, port = 1 } }"))
                .hasMessageContaining("unknown key listeners.a.port");
        assertThatThrownBy(() -> read("listeners { a { type = unix, file = x, permissions = 660 } }"))
                .hasMessageContaining("permissions=660");
        assertThatThrownBy(() -> read("listeners { a { type = unix } }")).hasMessageContaining("key file is missing");
    }

    @Test
    void everySettingOfTlsHasItsKey() throws IOException {
        Set<String> keys = read("listeners { a { type = tls, tls { certificates = c, key = k } } }")
                .origins()
                .keySet();

        assertThat(keys).containsAll(keysOf("listeners.a.tls.", Tls.class));
        assertThat(keys).contains("listeners.a.tls.certificates", "listeners.a.tls.pkcs12", "listeners.a.tls.password");
    }

    @Test
    void aPasswordFileIsFoundBesideTheConfigurationFile() throws IOException {
        ConfiguredBroker configured = read("""
                authenticators = [
                  { type = password-file, file = users, remember = 5 m, unknown-users-to-next = true, failure-delay = false }
                  { type = password-file, file = /etc/users }
                ]
                """);

        assertThat(configured.authenticators()).hasSize(2).allMatch(each -> each instanceof PasswordFile);
    }

    @Test
    void aBrokerStartsFromItAndCodeMayAddToIt() throws IOException {
        MaxMQBuilder builder = MaxMQ.fromConfig(write("name = from-file, listeners { here { port = 0 } }"));

        try (MaxMQ broker = builder.allowAnonymous().start()) {
            assertThat(broker.name()).isEqualTo("from-file");
            assertThat(broker.listeners().tcp().name()).isEqualTo("here");
        }
    }

    private ConfiguredBroker read(String text) throws IOException {
        return HoconReader.read(write(text), NOTHING, NOTHING);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("broker.conf"), text);
    }
}
