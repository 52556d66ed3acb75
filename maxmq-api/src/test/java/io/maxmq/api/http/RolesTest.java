package io.maxmq.api.http;

import io.maxmq.api.ApiBroker;
import io.maxmq.api.Keys;
import io.maxmq.api.access.ApiRole;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Every route with every role, and with a key of one tenant. */
class RolesTest {
    private static final Contract CONTRACT = Contract.load();

    @TempDir
    private static Path directory;

    private static ApiBroker broker;

    @BeforeAll
    static void start() {
        List<String> keys = new ArrayList<>();
        for (ApiRole each : ApiRole.values()) {
            keys.add(each.label() + ":" + each.label());
        }
        keys.add("blue:admin:blue");
        Path file = Keys.write(directory.resolve("keys"), keys.toArray(String[]::new));
        broker = ApiBroker.start(settings -> settings.keys(file).requestsPerSecond(0));
    }

    @AfterAll
    static void close() {
        broker.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyRouteNeedsTheRoleOfTheContract(ApiRole role) {
        for (ContractRoute route : CONTRACT.routes()) {
            int status = call(route, path -> path, role.label() + ".secret");
            ApiRole needed = route.role();
            if (needed == null || role.includes(needed)) {
                assertThat(status).as(route.id()).isNotIn(401, 403);
            } else {
                assertThat(status).as(route.id()).isEqualTo(403);
            }
        }
    }

    @Test
    void everyRouteWithARoleRefusesCallersWithoutAKey() {
        for (ContractRoute route : CONTRACT.routes()) {
            int status = call(route, path -> path, null);
            assertThat(status == 401).as(route.id()).isEqualTo(route.role() != null);
        }
    }

    @Test
    void everyRouteRefusesWrongSecretsAndUnknownIds() {
        for (String key : List.of("admin.wrong", "nobody.secret", "admin", "admin.", ".secret", "")) {
            HttpRequest.Builder request = broker.requestWithKey("/api/v1/clients", null);
            assertThat(broker.status(request.header("Authorization", "Bearer " + key)))
                    .as(key)
                    .isEqualTo(401);
        }
    }

    @Test
    void payloadsOfSessionsNeedTheRoleMessages() {
        String target = "/api/v1/sessions/x/queued?payload=text";

        assertThat(broker.status(broker.requestWithKey(target, "viewer.secret")))
                .isEqualTo(403);
        assertThat(broker.status(broker.requestWithKey(target, "messages.secret")))
                .isEqualTo(404);
    }

    @Test
    void aKeyOfOneTenantReachesNoOtherTenantAndNotTheBroker() {
        for (ContractRoute route : CONTRACT.routes()) {
            int other = call(route, path -> path.replace("{tenant}", "red"), "blue.secret");
            int own = call(route, path -> path.replace("{tenant}", "blue"), "blue.secret");
            if (route.hasTenantInPath()) {
                assertThat(other).as(route.id()).isEqualTo(403);
            }
            if (route.tenantScoped() || route.role() == null) {
                assertThat(own).as(route.id()).isNotIn(401, 403);
            } else {
                assertThat(own).as(route.id()).isEqualTo(403);
            }
        }
    }

    private static int call(ContractRoute route, UnaryOperator<String> path, @Nullable String key) {
        String target = path.apply(route.path()).replaceAll("\\{[a-zA-Z]+}", "x");
        HttpRequest.Builder request = broker.requestWithKey(target, key);
        if (route.hasBody()) {
            request.header("Content-Type", "application/json").method(route.method(), BodyPublishers.ofString("{}"));
        } else {
            request.method(route.method(), BodyPublishers.noBody());
        }
        return broker.status(request);
    }
}
