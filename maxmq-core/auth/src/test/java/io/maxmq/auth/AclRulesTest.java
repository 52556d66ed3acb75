package io.maxmq.auth;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AclRulesTest {
    private static final ClientInfo ALICE = client("device", "alice").build();

    private static ClientInfo.Builder client(String clientId, @Nullable String user) {
        return ClientInfo.builder(clientId, ProtocolVersion.MQTT_5, at("10.1.2.3"), "tcp")
                .username(user);
    }

    private static SocketAddress at(String address) {
        return new InetSocketAddress(address, 1883);
    }

    private static AclRules rules(String... lines) {
        return new AclRules(Stream.of(lines).map(AclRule::parse).toList());
    }

    private static Action publish(String topic) {
        return new Action.Publish(topic, QoS.AT_LEAST_ONCE, false);
    }

    private static Action subscribe(String filter) {
        return new Action.Subscribe(filter, null, QoS.AT_LEAST_ONCE);
    }

    private static boolean allows(AclRules rules, ClientInfo client, Action action) {
        return rules.decide(client, action) instanceof Authorization.Allowed;
    }

    @Test
    void theFirstRuleThatMatchesDecides() {
        AclRules rules = rules("deny publish topic=a/secret", "allow publish topic=a/#", "deny all topic=#");

        assertThat(rules.decide(ALICE, publish("a/secret"))).isEqualTo(Authorization.denied());
        assertThat(rules.decide(ALICE, publish("a/b"))).isEqualTo(Authorization.allowed());
        assertThat(rules.decide(ALICE, publish("b"))).isEqualTo(Authorization.denied());
    }

    @Test
    void whatNoRuleIsAboutIsLeftToTheNext() {
        AclRules rules = rules("allow publish topic=a");

        assertThat(rules.decide(ALICE, publish("b"))).isEqualTo(Authorization.next());
        assertThat(rules.decide(ALICE, subscribe("a"))).isEqualTo(Authorization.next());
        assertThat(rules().decide(ALICE, publish("a"))).isEqualTo(Authorization.next());
    }

    @Test
    void aRightToPublishIsOneToLeaveAWill() {
        Action will = new Action.Will("a", QoS.AT_MOST_ONCE, true);

        assertThat(allows(rules("allow publish topic=a"), ALICE, will)).isTrue();
        assertThat(allows(rules("deny publish topic=a", "allow all topic=#"), ALICE, will))
                .isFalse();
        assertThat(allows(rules("deny will topic=a", "allow publish topic=a"), ALICE, will))
                .isFalse();
        assertThat(allows(rules("deny will topic=a", "allow publish topic=a"), ALICE, publish("a")))
                .isTrue();
        assertThat(allows(rules("allow will topic=a"), ALICE, publish("a"))).isFalse();
    }

    private static boolean mayConnect(AclRules rules, String clientId, @Nullable String user) {
        ClientInfo client = client(clientId, user).build();
        return allows(rules, client, new Action.Connect(clientId));
    }

    @ParameterizedTest
    @CsvSource({
        "alice, alice, false",
        "alice, alice-, true",
        "alice, alice-1, true",
        "alice, bob-1, false",
        "alice, alice1, false",
        "alice, xalice-1, false",
        "*, *-1, true",
        "*, alice-1, false",
        ", alice-1, false",
        ", -1, false"
    })
    void allowsTheClientIdsThatBeginWithTheUserName(@Nullable String user, String clientId, boolean allowed) {
        assertThat(mayConnect(rules("allow connect clientid=${username}-*"), clientId, user))
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "a*b*c, abc, true",
        "a*b*c, axbybzc, true",
        "a*b*c, ac, false",
        "a*b*c, abcd, false",
        "a*b*c, xabc, false",
        "ab*ba, aba, false",
        "ab*ba, abba, true",
        "*, x, true",
        "**, x, true",
        "*x, x, true",
        "x, X, false",
        "${tenant}:${username}:*, default:alice:1, true",
        "${tenant}:${username}:*, default:alice, false",
        "*${username}*, my-alice-1, true"
    })
    void anAsteriskOfAClientIdStandsForAnyCharacters(String pattern, String clientId, boolean allowed) {
        assertThat(mayConnect(rules("allow connect clientid=" + pattern), clientId, "alice"))
                .isEqualTo(allowed);
    }

    @Test
    void aClientIdNeedsARuleWhereARuleAllowsConnecting() {
        AclRules rules = rules("deny connect user=bob", "allow connect clientid=a*", "allow publish topic=#");

        assertThat(rules.decidesConnect()).isTrue();
        assertThat(mayConnect(rules, "a1", "alice")).isTrue();
        assertThat(mayConnect(rules, "a1", "bob")).isFalse();
        assertThat(rules.decide(client("b1", "alice").build(), new Action.Connect("b1")))
                .isEqualTo(Authorization.next());
        assertThat(allows(rules, ALICE, publish("t"))).isTrue();
    }

    @Test
    void rulesThatOnlyDenyConnectingLeaveOtherClientIdsAllowed() {
        AclRules rules = rules("deny connect clientid=${username}-secret clientid=admin*");

        assertThat(mayConnect(rules, "alice-secret", "alice")).isFalse();
        assertThat(mayConnect(rules, "bob-secret", "alice")).isTrue();
        assertThat(mayConnect(rules, "bob-secret", null))
                .as("a missing name stands for any")
                .isFalse();
        assertThat(mayConnect(rules, "admin-1", "alice")).isFalse();
        assertThat(mayConnect(rules, "alice", "alice")).isTrue();
        assertThat(rules("allow all topic=#").decidesConnect()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, true",
        "a/+/b, true",
        "a/#, false",
        "#, false",
        "a/+, false",
        "+/secret, false",
        "a/secret, false",
        "a/secret/b, true",
        "a/secret/#, false",
        "a/Secret, true",
        "a//secret, true",
        "b, false"
    })
    void aFilterIsAllowedWhenAllItsTopicsAre(String filter, boolean allowed) {
        AclRules rules = rules("deny subscribe topic=a/secret", "allow subscribe topic=a/#");

        assertThat(allows(rules, ALICE, subscribe(filter))).isEqualTo(allowed);
    }

    @Test
    void aDenialOfWhatIsAllowedBeforeDoesNotCount() {
        AclRules rules =
                rules("allow subscribe topic=a/secret/#", "deny subscribe topic=a/secret", "allow subscribe topic=a/#");

        assertThat(allows(rules, ALICE, subscribe("a/#"))).isTrue();
    }

    @Test
    void dollarTopicsNeedARuleThatSaysSo() {
        AclRules all = rules("allow all topic=# topic=+/# topic=+/a");

        assertThat(allows(all, ALICE, publish("$SYS/a"))).isFalse();
        assertThat(allows(all, ALICE, subscribe("$SYS/#"))).isFalse();
        assertThat(allows(all, ALICE, subscribe("#"))).isTrue();
        assertThat(allows(rules("allow subscribe topic=$SYS/#"), ALICE, subscribe("$SYS/broker/+")))
                .isTrue();
        assertThat(allows(rules("deny all topic=#", "allow subscribe topic=$SYS/#"), ALICE, subscribe("$SYS/#")))
                .isTrue();
    }

    @Test
    void aShareWithinAShareIsNoFilterOfARule() {
        AclRules rules = rules("allow all topic=# topic=g/#");

        assertThat(rules.decide(ALICE, new Action.Subscribe("$share/g/#", "h", QoS.AT_MOST_ONCE)))
                .isEqualTo(Authorization.next());
        assertThat(rules.decide(ALICE, new Action.Subscribe("#", "h", QoS.AT_MOST_ONCE)))
                .isEqualTo(Authorization.allowed());
    }

    @Test
    void conditionsNarrow() {
        ClientInfo anonymous = client("device", null).build();
        Map<ClientInfo, List<String>> conditions = Map.of(
                ALICE,
                List.of(
                        "user=alice",
                        "user=bob user=alice",
                        "client=device",
                        "anonymous=no",
                        "address=10.0.0.0/8",
                        "address=10.1.2.3",
                        "address=10.1.2.2/31",
                        "address=::ffff:10.1.2.3",
                        "tenant=default",
                        "listener=tcp",
                        "user=alice client=device"),
                anonymous,
                List.of("anonymous=yes", "client=device"));
        conditions.forEach((client, lines) -> {
            for (String line : lines) {
                assertThat(allows(rules("allow publish " + line + " topic=a"), client, publish("a")))
                        .as(line)
                        .isTrue();
            }
        });
        for (String line : List.of(
                "user=bob",
                "user=Alice",
                "client=other",
                "client=alice",
                "anonymous=yes",
                "address=10.0.0.0/16",
                "address=11.0.0.0/8",
                "address=::/0",
                "tenant=other",
                "listener=tls",
                "attribute.role=admin",
                "user=alice client=other",
                "client=device user=bob")) {
            assertThat(allows(rules("allow publish " + line + " topic=a"), ALICE, publish("a")))
                    .as(line)
                    .isFalse();
        }
        assertThat(allows(rules("allow publish user=alice topic=a"), anonymous, publish("a")))
                .isFalse();
    }

    @Test
    void attributesTenantsAndAddressesOfOtherKindsAreCompared() {
        ClientInfo admin = client("device", null)
                .attributes(Map.of("role", "admin"))
                .tenant(new Tenant("blue"))
                .remoteAddress(at("2001:db8::1"))
                .build();
        ClientInfo elsewhere = client("device", null)
                .remoteAddress(new SocketAddress() {
                    @Override
                    public String toString() {
                        return "in memory";
                    }
                })
                .build();

        assertThat(allows(
                        rules(
                                "allow all attribute.role=user attribute.role=admin tenant=blue address=2001:db8::/32 topic=a"),
                        admin,
                        publish("a")))
                .isTrue();
        assertThat(allows(rules("allow all address=2001:db9::/32 topic=a"), admin, publish("a")))
                .isFalse();
        assertThat(allows(rules("allow all address=0.0.0.0/0 topic=a"), elsewhere, publish("a")))
                .isFalse();
    }

    @Test
    void qosRetainAndSharedNarrowToo() {
        AclRules rules = rules(
                "allow publish qos=0,1 retain=no topic=a",
                "allow subscribe shared=yes qos=0 topic=jobs/#",
                "deny subscribe shared=no topic=jobs/#");

        assertThat(allows(rules, ALICE, new Action.Publish("a", QoS.AT_LEAST_ONCE, false)))
                .isTrue();
        assertThat(allows(rules, ALICE, new Action.Publish("a", QoS.EXACTLY_ONCE, false)))
                .isFalse();
        assertThat(allows(rules, ALICE, new Action.Publish("a", QoS.AT_MOST_ONCE, true)))
                .isFalse();
        assertThat(allows(rules, ALICE, new Action.Will("a", QoS.AT_MOST_ONCE, true)))
                .isFalse();
        assertThat(allows(rules, ALICE, new Action.Subscribe("jobs/#", "g", QoS.AT_MOST_ONCE)))
                .isTrue();
        assertThat(allows(rules, ALICE, new Action.Subscribe("jobs/#", "g", QoS.AT_LEAST_ONCE)))
                .isFalse();
        assertThat(allows(rules, ALICE, new Action.Subscribe("jobs/#", null, QoS.AT_MOST_ONCE)))
                .isFalse();
    }

    @Test
    void namesStandInFiltersAsTheyAre() {
        AclRules rules = rules(
                "allow all topic=clients/${clientid}/#",
                "allow all topic=users/${username}-${clientid}",
                "allow all topic=tenants/${tenant} topic=certificates/${cert.cn} topic=roles/${attribute.a/b}/+");
        ClientInfo client = ALICE.toBuilder()
                .attributes(Map.of("cert.cn", "Device No. 1", "a/b", "x"))
                .build();

        assertThat(allows(rules, client, publish("clients/device/a"))).isTrue();
        assertThat(allows(rules, client, subscribe("clients/device/#"))).isTrue();
        assertThat(allows(rules, client, publish("users/alice-device"))).isTrue();
        assertThat(allows(rules, client, publish("tenants/default"))).isTrue();
        assertThat(allows(rules, client, publish("certificates/Device No. 1"))).isTrue();
        assertThat(allows(rules, client, publish("roles/x/y"))).isTrue();
        assertThat(allows(rules, client, publish("clients/other/a"))).isFalse();
        assertThat(allows(rules, client, subscribe("clients/+/#"))).isFalse();
        assertThat(allows(rules, client, publish("clients/Device/a"))).isFalse();
        assertThat(allows(rules, ALICE, publish("certificates/"))).isFalse();
        assertThat(allows(rules, ALICE, publish("certificates/${cert.cn}"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "#", "a/b", "a/", "/", "+/+", "a+", "a\0b", "${username}", ""})
    void aNameThatIsNoLevelAllowsNothingAndDeniesAll(String name) {
        AclRules allowing = rules("allow all topic=x/${clientid}/#");
        AclRules denying = rules("deny all topic=x/${clientid}/y", "allow all topic=#");
        ClientInfo client = client(name, null).build();
        boolean isLevel = name.equals("${username}");

        for (String level : new String[] {"a", "b", "+", "a/b", "alice", ""}) {
            assertThat(allows(allowing, client, publish("x/" + level + "/y"))).isFalse();
            assertThat(allows(allowing, client, subscribe("x/" + level + "/#"))).isFalse();
        }
        assertThat(allows(allowing, client, subscribe("#"))).isFalse();
        assertThat(allows(denying, client, publish("x/a/y"))).isEqualTo(isLevel);
        assertThat(allows(denying, client, subscribe("x/a/y"))).isEqualTo(isLevel);
        assertThat(allows(denying, client, publish("x/a/z"))).isTrue();
    }

    @Test
    void aNameDoesNotMakeADollarTopic() {
        AclRules rules = rules("allow all topic=${clientid}/#", "allow all topic=$own/${clientid}");

        assertThat(allows(rules, client("$SYS", null).build(), subscribe("$SYS/#")))
                .isFalse();
        assertThat(allows(rules, client("$share", null).build(), subscribe("#")))
                .isFalse();
        assertThat(allows(rules, client("$SYS", null).build(), publish("$own/$SYS")))
                .isTrue();
        assertThat(allows(rules, client("device", null).build(), subscribe("device/#")))
                .isTrue();
    }

    @Test
    void deliveriesAreAllowedUnlessARuleDeniesThem() {
        AclRules rules = rules("allow receive topic=a/b", "deny receive topic=a/#", "deny all topic=c");

        assertThat(rules.deniesReceive()).isTrue();
        assertThat(rules("allow receive topic=a", "deny all topic=b").deniesReceive())
                .isFalse();
        assertThat(allows(rules, ALICE, new Action.Receive("a/b"))).isTrue();
        assertThat(allows(rules, ALICE, new Action.Receive("a/c"))).isFalse();
        assertThat(allows(rules, ALICE, new Action.Receive("c"))).isTrue();
    }

    @Test
    void theOrderHoldsHoweverRulesAreLookedUp() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            lines.add("allow all user=user" + i + " topic=users/" + i + "/#");
        }
        lines.add("deny all client=device topic=users/7/x");
        lines.add(500, "deny all topic=+/7/y");
        lines.add(0, "deny all topic=users/7/z");
        lines.add("allow all topic=users/7/#");
        AclRules rules = rules(lines.toArray(String[]::new));
        ClientInfo seven = client("device", "user7").build();

        assertThat(allows(rules, seven, publish("users/7/x"))).isTrue();
        assertThat(allows(rules, seven, publish("users/7/y"))).isTrue();
        assertThat(allows(rules, seven, publish("users/7/z"))).isFalse();
        assertThat(allows(rules, seven, publish("users/8/x"))).isFalse();
        assertThat(allows(rules, ALICE, publish("users/7/x"))).isFalse();
        assertThat(allows(rules, ALICE, publish("users/7/y"))).isFalse();
        assertThat(allows(rules, ALICE, publish("users/7/w"))).isTrue();
        assertThat(allows(rules, ALICE, subscribe("users/7/#"))).isFalse();
        assertThat(allows(rules, ALICE, subscribe("users/7/w/#"))).isTrue();
    }
}
