package io.maxmq.auth;

import io.maxmq.ManualClock;
import io.maxmq.spi.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** The cache agrees with a plain list of logins, the least recently used first. */
class RememberedLoginsPropertyTest {
    private static final int MAX_LOGINS = 3;

    /** Few names, of which several are equal when written one behind the other. */
    record Login(Tenant tenant, String user, String password) {}

    record Known(Login login, String value, long untilNanos) {}

    /** One use of the cache. */
    record Step(Kind kind, Login login, int seconds) {
        enum Kind {
            PUT,
            FIND,
            FIND_INVALID,
            WAIT
        }
    }

    @Property(tries = 500)
    void agreesWithAList(@ForAll("steps") List<Step> steps) {
        ManualClock clock = new ManualClock();
        RememberedLogins<String> cache = new RememberedLogins<>(clock, MAX_LOGINS);
        List<Known> model = new ArrayList<>();
        int values = 0;
        for (Step step : steps) {
            RememberedLogins.Key key = key(cache, step.login);
            switch (step.kind) {
                case PUT -> {
                    String value = "value " + values++;
                    cache.put(key, value, Duration.ofSeconds(step.seconds));
                    put(model, new Known(step.login, value, clock.nanoTime() + step.seconds * 1_000_000_000L), step);
                }
                case WAIT -> clock.advance(Duration.ofSeconds(step.seconds));
                default -> {
                    boolean valid = step.kind == Step.Kind.FIND;
                    assertThat(cache.find(key, value -> valid))
                            .as(step.toString())
                            .isEqualTo(find(model, step.login, valid, clock.nanoTime()));
                }
            }
            assertThat(cache.size()).isEqualTo(model.size()).isLessThanOrEqualTo(MAX_LOGINS);
        }
    }

    private static void put(List<Known> model, Known known, Step step) {
        if (step.seconds == 0) {
            return;
        }
        model.removeIf(each -> each.login.equals(known.login));
        model.add(known);
        if (model.size() > MAX_LOGINS) {
            model.remove(0);
        }
    }

    private static @Nullable String find(List<Known> model, Login login, boolean valid, long nowNanos) {
        for (Known each : List.copyOf(model)) {
            if (each.login.equals(login)) {
                model.remove(each);
                if (valid && each.untilNanos > nowNanos) {
                    model.add(each);
                    return each.value;
                }
            }
        }
        return null;
    }

    private static RememberedLogins.Key key(RememberedLogins<String> cache, Login login) {
        return cache.key(
                login.tenant,
                login.user.getBytes(StandardCharsets.UTF_8),
                login.password.getBytes(StandardCharsets.UTF_8));
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<String> name = Arbitraries.of("", "a", "aa");
        Arbitrary<Tenant> tenant = Arbitraries.of(Tenant.DEFAULT, new Tenant("a"), new Tenant("aa"));
        Arbitrary<Login> login = Combinators.combine(tenant, name, name).as(Login::new);
        return Combinators.combine(
                        Arbitraries.of(Step.Kind.class),
                        login,
                        Arbitraries.integers().between(0, 5))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }
}
