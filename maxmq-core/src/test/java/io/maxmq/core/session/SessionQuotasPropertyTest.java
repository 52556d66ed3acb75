package io.maxmq.core.session;

import io.maxmq.config.SessionLimits;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TenantQuota;
import io.maxmq.core.session.SessionQuotas.Room;
import io.maxmq.spi.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Quotas of sessions against a list of all of them. */
class SessionQuotasPropertyTest {
    private static final int OF_BROKER = 5;
    private static final int OF_TENANT = 3;
    private static final int OF_USER = 2;
    private static final Tenant BOUNDED = new Tenant("bounded");
    private static final Tenant FREE = new Tenant("free");

    private static SessionQuotas quotas() {
        return new SessionQuotas(
                SessionLimits.builder()
                        .maxSessions(OF_BROKER)
                        .maxSessionsPerUser(OF_USER)
                        .build(),
                Tenancy.none().withQuota(BOUNDED, TenantQuota.UNLIMITED.withMaxSessions(OF_TENANT)));
    }

    private record Held(Tenant tenant, @Nullable String user) {}

    /** One step: a session begins, takes the place of another, or ends. */
    record Step(int kind, boolean bounded, int user, int which) {
        Tenant tenant() {
            return bounded ? BOUNDED : FREE;
        }

        @Nullable
        String name() {
            return user == 0 ? null : "user-" + user;
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 100))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 300)
    void agreeWithTheListOfAll(@ForAll("steps") List<Step> steps) {
        SessionQuotas quotas = quotas();
        List<Held> all = new ArrayList<>();
        for (Step step : steps) {
            Held wanted = new Held(step.tenant(), step.name());
            if (step.kind() <= 1) {
                Room expected = expected(all, wanted);
                assertThat(quotas.tryAdd(wanted.tenant(), wanted.user())).isEqualTo(expected);
                if (expected == Room.YES) {
                    all.add(wanted);
                }
            } else if (!all.isEmpty()) {
                Held gone = all.get(step.which() % all.size());
                if (step.kind() == 2) {
                    replace(quotas, all, gone, new Held(gone.tenant(), step.name()));
                } else {
                    quotas.remove(gone.tenant(), gone.user());
                    all.remove(gone);
                }
            }
            assertSame(quotas, all);
        }
        all.forEach(each -> quotas.remove(each.tenant(), each.user()));
        assertSame(quotas, List.of());
        assertThat(quotas.users()).isZero();
    }

    private static Room expected(List<Held> all, Held wanted) {
        if (wanted.user() != null && ofUser(all, wanted) >= OF_USER) {
            return Room.USER_FULL;
        }
        long ofTenant =
                all.stream().filter(each -> each.tenant().equals(BOUNDED)).count();
        if (wanted.tenant().equals(BOUNDED) && ofTenant >= OF_TENANT) {
            return Room.TENANT_FULL;
        }
        return all.size() >= OF_BROKER ? Room.BROKER_FULL : Room.YES;
    }

    private static long ofUser(List<Held> all, Held user) {
        return all.stream().filter(user::equals).count();
    }

    private static void replace(SessionQuotas quotas, List<Held> all, Held gone, Held wanted) {
        boolean needsRoom = wanted.user() != null && !Objects.equals(gone.user(), wanted.user());
        Room expected = needsRoom && ofUser(all, wanted) >= OF_USER ? Room.USER_FULL : Room.YES;

        assertThat(quotas.tryAddInPlaceOf(gone.tenant(), gone.user(), wanted.user()))
                .isEqualTo(expected);

        if (expected == Room.YES) {
            quotas.remove(gone.tenant(), gone.user());
            all.remove(gone);
            all.add(wanted);
        }
    }

    private static void assertSame(SessionQuotas quotas, List<Held> all) {
        assertThat(quotas.count()).isEqualTo(all.size());
        assertThat(quotas.countOfTenant(BOUNDED)).isEqualTo((int)
                all.stream().filter(each -> each.tenant().equals(BOUNDED)).count());
        for (int i = 1; i <= 3; i++) {
            for (Tenant tenant : List.of(BOUNDED, FREE)) {
                Held user = new Held(tenant, "user-" + i);
                assertThat(quotas.countOfUser(tenant, "user-" + i)).isEqualTo((int) ofUser(all, user));
            }
        }
    }

    @Example
    void areExactWhenManyThreadsComeAndGo() throws Exception {
        SessionQuotas quotas = quotas();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        CountDownLatch start = new CountDownLatch(1);
        try {
            List<Future<Integer>> done = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                done.add(threads.submit(() -> comeAndGo(quotas, start)));
            }
            start.countDown();
            int most = 0;
            for (Future<Integer> each : done) {
                most = Math.max(most, each.get(30, TimeUnit.SECONDS));
            }

            assertThat(most).isLessThanOrEqualTo(OF_TENANT);
            assertSame(quotas, List.of());
            assertThat(quotas.users()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    private static int comeAndGo(SessionQuotas quotas, CountDownLatch start) throws InterruptedException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        start.await();
        int most = 0;
        for (int i = 0; i < 5000; i++) {
            String user = "user-" + random.nextInt(3);
            if (quotas.tryAdd(BOUNDED, user) == Room.YES) {
                most = Math.max(most, quotas.countOfTenant(BOUNDED));
                quotas.remove(BOUNDED, user);
            }
        }
        return most;
    }
}
