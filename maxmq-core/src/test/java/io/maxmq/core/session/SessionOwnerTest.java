package io.maxmq.core.session;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.core.session.SessionOwner.Use;
import io.maxmq.spi.ClientInfo;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a CONNECT does with a session, by the names of its owner and of the client. */
class SessionOwnerTest {
    private static ClientInfo.Builder client() {
        return ClientInfo.builder("c", ProtocolVersion.MQTT_5, new InetSocketAddress(1), "listener");
    }

    /** "ann" is a proven name, "ann?" a claimed one, "-" none. */
    private static SessionOwner owner(String text) {
        String name = text.equals("-") ? null : text.replace("?", "");
        return new SessionOwner(name, text.endsWith("?"));
    }

    @ParameterizedTest(name = "session of {0}, CONNECT of {1}: {2}")
    @CsvSource({
        "ann,  ann,  RESUMES",
        "ann,  ann?, REFUSED",
        "ann,  bob,  REFUSED",
        "ann,  bob?, REFUSED",
        "ann,  -,    REFUSED",
        "ann?, ann?, RESUMES",
        "ann?, ann,  REPLACES",
        "ann?, bob,  REFUSED",
        "ann?, bob?, REFUSED",
        "ann?, -,    REFUSED",
        "-,    -,    RESUMES",
        "-,    ann,  REFUSED",
        "-,    ann?, REFUSED",
        "ann,  Ann,  REFUSED",
        "ann?, Ann?, REFUSED"
    })
    void nameAndProofDecide(String session, String client, Use use) {
        assertThat(owner(session).useBy(owner(client))).isEqualTo(use);
    }

    @ParameterizedTest
    @CsvSource({"ann, ann", "ann?, ", "-, "})
    void onlyAProvenNameCountsForAUser(String owner, @Nullable String user) {
        assertThat(owner(owner).user()).isEqualTo(user);
    }

    @Test
    void isTheProvenNameOfTheClientOrElseTheClaimedOne() {
        assertThat(SessionOwner.of(client().username("ann").build())).isEqualTo(owner("ann"));
        assertThat(SessionOwner.of(client().claimedUsername("ann").build())).isEqualTo(owner("ann?"));
        assertThat(SessionOwner.of(client().build())).isEqualTo(SessionOwner.NONE);
    }
}
