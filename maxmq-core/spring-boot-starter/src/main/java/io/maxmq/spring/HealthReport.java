package io.maxmq.spring;

import io.maxmq.spi.admin.Health;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The health of a broker in the words of Spring Boot's actuator.
 *
 * @param status {@code UP}, {@code DOWN}, or {@code OUT_OF_SERVICE} for a broker that works and takes no clients
 * @param details status and detail of each check
 */
record HealthReport(String status, Map<String, Object> details) {

    static HealthReport of(Health health) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("status", health.status().name());
        for (Health.Check check : health.checks()) {
            details.put(check.name(), Map.of("status", check.status().name(), "detail", check.detail()));
        }
        return new HealthReport(status(health), details);
    }

    private static String status(Health health) {
        if (health.status() == Health.Status.DOWN) {
            return "DOWN";
        }
        return health.isReady() ? "UP" : "OUT_OF_SERVICE";
    }
}
