package io.maxmq.core.tls;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ExpiryWarningsTest {
    private static final Instant END = Instant.parse("2030-06-01T00:00:00Z");

    private final ExpiryWarnings warnings = new ExpiryWarnings();

    private static Validity validFor(Duration whole) {
        return new Validity("certificate of CN=x in x.crt", "clients refuse it", END.minus(whole), END);
    }

    /** Returns the hours before the end at which an hourly check warned. */
    private List<Long> warnedAt(Validity validity, long fromHours, long toHours) {
        List<Long> at = new ArrayList<>();
        for (long hours = fromHours; hours >= toHours; hours--) {
            if (!warnings.due(Set.of(validity), END.minus(Duration.ofHours(hours)))
                    .isEmpty()) {
                at.add(hours);
            }
        }
        return at;
    }

    @Test
    void warnsAtEachThresholdAndDailyAfterExpiry() {
        assertThat(warnedAt(validFor(Duration.ofDays(365)), 40 * 24, -49))
                .containsExactly(30 * 24L, 7 * 24L, 24L, 0L, -24L, -48L);
    }

    @Test
    void warnsOnceWhenFirstCheckedAfterAThreshold() {
        assertThat(warnedAt(validFor(Duration.ofDays(365)), 20 * 24, 8 * 24)).containsExactly(20 * 24L);
    }

    @Test
    void skipsThresholdsThatAreLongForTheValidity() {
        assertThat(warnedAt(validFor(Duration.ofDays(7)), 7 * 24, 0)).containsExactly(24L, 0L);
        assertThat(warnedAt(validFor(Duration.ofDays(1)), 24, 0)).containsExactly(0L);
    }

    @Test
    void warnsAgainAfterReplacement() {
        assertThat(warnedAt(validFor(Duration.ofDays(365)), 25 * 24, 24 * 24)).containsExactly(25 * 24L);
        assertThat(warnings.due(Set.of(), END)).isEmpty();
        assertThat(warnedAt(validFor(Duration.ofDays(365)), 23 * 24, 22 * 24)).containsExactly(23 * 24L);
    }

    @Test
    void warningNamesCertificateExpiryAndConsequence() {
        Set<Validity> one = Set.of(validFor(Duration.ofDays(365)));

        assertThat(warnings.due(one, END.minus(Duration.ofDays(6))))
                .containsExactly(
                        "certificate of CN=x in x.crt expires in 6 days, at 2030-06-01T00:00:00Z: then clients refuse it;"
                                + " renew it");
        assertThat(warnings.due(one, END.plusSeconds(1)))
                .containsExactly(
                        "certificate of CN=x in x.crt expired at 2030-06-01T00:00:00Z: clients refuse it; renew it");
    }
}
