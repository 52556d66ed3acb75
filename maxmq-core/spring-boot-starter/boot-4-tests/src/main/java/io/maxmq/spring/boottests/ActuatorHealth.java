package io.maxmq.spring.boottests;

import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.context.ApplicationContext;

/** Asks the health endpoint of an application. */
public final class ActuatorHealth {
    private ActuatorHealth() {}

    /** The status of a component; {@code none} when the endpoint has no such component. */
    public static String of(ApplicationContext application, String component) {
        HealthDescriptor health = application.getBean(HealthEndpoint.class).healthForPath(component);
        return health == null ? "none" : health.getStatus().getCode();
    }
}
