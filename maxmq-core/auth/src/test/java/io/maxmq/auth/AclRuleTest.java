package io.maxmq.auth;

import io.maxmq.codec.QoS;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AclRuleTest {
    @Test
    void aLineSaysTheSameAsTheBuilder() {
        assertThat(AclRule.parse("allow all topic=a/#")).isEqualTo(AclRule.allow("a/#"));
        assertThat(AclRule.parse("deny publish,receive topic=a topic=b/${clientid}"))
                .isEqualTo(AclRule.deny("a", AclRight.PUBLISH, AclRight.RECEIVE).topic("b/${clientid}"));
        assertThat(AclRule.parse("\tallow  subscribe shared=yes user=u client=c address=10.0.0.0/8 topic=#  "))
                .isEqualTo(AclRule.allow("#", AclRight.SUBSCRIBE)
                        .user("u")
                        .client("c")
                        .address("10.0.0.0/8")
                        .shared(true));
        assertThat(AclRule.parse(
                        "allow publish topic=#/x-is-no-comment qos=0,1 retain=no".replace("#/x-is-no-comment", "#")))
                .isEqualTo(AclRule.allow("#", AclRight.PUBLISH)
                        .maxQos(QoS.AT_LEAST_ONCE)
                        .retain(false));
        assertThat(AclRule.parse("deny will anonymous=yes tenant=t listener=tcp attribute.role=guest topic=+"))
                .isEqualTo(AclRule.deny("+", AclRight.WILL)
                        .anonymous(true)
                        .tenant("t")
                        .listener("tcp")
                        .attribute("role", "guest"));
        assertThat(AclRule.parse("allow connect clientid=${username} clientid=${username}-* anonymous=no"))
                .isEqualTo(AclRule.allowConnect("${username}", "${username}-*").anonymous(false));
        assertThat(AclRule.parse("deny connect user=u client=c"))
                .isEqualTo(AclRule.denyConnect().user("u").client("c"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "allow all topic=a",
                "deny publish,subscribe,receive topic=#",
                "allow will user=u user=v anonymous=no qos=1,2 retain=yes topic=a topic=b",
                "allow subscribe address=10.1.0.0/16 address=10.2.3.4/32 attribute.a=1 attribute.a=2 shared=no"
                        + " topic=$SYS/#",
                "allow connect user=u clientid=${username}-* clientid=\"a b\"",
                "deny connect address=10.1.0.0/16",
                "allow all user=\"a \\\"b\\\" \\\\c\" topic=\"wall clock/${username}\""
            })
    void aRuleIsWrittenAsItIsRead(String line) {
        AclRule rule = AclRule.parse(line);

        assertThat(AclRule.parse(rule.toString())).isEqualTo(rule);
        assertThat(rule).hasToString(line.replace("publish,subscribe topic", "all topic"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permit all topic=a | neither allow nor deny",
                "allow | rights are",
                "allow topic=a | rights are",
                "allow read topic=a | rights are",
                "allow publish, topic=a | rights are",
                "allow all | no topic",
                "allow all a/b | no key=value",
                "allow all topic= | topic has no value",
                "allow all user= topic=a | user has no value",
                "allow all user=\"\" topic=a | user has no value",
                "allow all topic=a/#/b | '#' before its end",
                "allow all topic=a+ | beside other characters",
                "allow all topic=+${clientid} | beside other characters",
                "allow all topic=$share/g/a | without $share/",
                "allow all topic=$exclusive/a | without $exclusive/",
                "allow all topic=$delayed/5/a | without $delayed/",
                "allow all topic=a/${user} | no name ${user}",
                "allow all topic=a/${clientid | not closed",
                "allow all topic=a/${attribute.} | no name ${attribute.}",
                "allow all topic=a # comment | \"#\" is no key=value",
                "allow all colour=red topic=a | no key colour",
                "allow all attribute.=x topic=a | attribute must have a name",
                "allow all address=localhost topic=a | not an address",
                "allow all address=10.0.0.0/33 topic=a | 0..32",
                "allow all address=10.0.0/8 topic=a | not an address",
                "allow publish qos=3 topic=a | qos must be of 0, 1 and 2",
                "allow publish qos=0 qos=1 topic=a | qos is there twice",
                "deny receive qos=0 topic=a | qos is not for receive",
                "allow all retain=no topic=a | retain is for publish and will only",
                "allow publish retain=maybe topic=a | retain must be yes or no",
                "allow all shared=yes topic=a | shared is for subscribe only",
                "allow connect topic=a | topic is there",
                "allow connect,publish topic=a | connect alone",
                "allow connect clientid=a qos=1 | qos is not for connect",
                "allow connect clientid=a retain=yes | retain is not for connect",
                "allow connect clientid=a shared=yes | shared is for subscribe only",
                "allow connect clientid=${clientid} | unknown name ${clientid}",
                "allow connect clientid=${user}-* | unknown name ${user}",
                "allow connect clientid=${username | not closed",
                "allow publish topic=a clientid=b | no key clientid",
                "allow all topic=\"a | not closed",
                "allow all topic=\"a\\n\" | stands before",
                "allow all topic=\"a\"b | a space behind",
                "allow all topic=a\"b | must begin with one"
            })
    void whatIsNoRuleIsRefusedWithTheReason(String line, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AclRule.parse(line))
                .withMessageContaining(reason);
    }

    @Test
    void aRuleHasAtLeastOneValueOfWhatItNames() {
        AclRule rule = AclRule.allow("a", AclRight.PUBLISH);

        assertThatIllegalArgumentException().isThrownBy(rule::qos);
        assertThatIllegalArgumentException().isThrownBy(() -> rule.user(""));
        assertThatIllegalArgumentException().isThrownBy(() -> rule.client(""));
        assertThatIllegalArgumentException().isThrownBy(() -> rule.attribute("a", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> AclRule.allow(""));
        assertThatIllegalArgumentException().isThrownBy(() -> AclRule.allowConnect(""));
        assertThatIllegalArgumentException().isThrownBy(() -> AclRule.allow("a", AclRight.CONNECT));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AclRule.allowConnect("a").topic("b"));
    }
}
