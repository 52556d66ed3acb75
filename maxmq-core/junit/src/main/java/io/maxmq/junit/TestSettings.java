package io.maxmq.junit;

import io.maxmq.MaxMQBuilder;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The settings of a test class. Immutable. */
record TestSettings(
        BrokerScope scope,
        boolean anonymous,
        int loops,
        int port,
        boolean virtualClock,
        boolean faults,
        boolean storage,
        List<Consumer<MaxMQBuilder>> customizers) {

    static final TestSettings DEFAULT = new TestSettings(BrokerScope.TEST, true, 1, 0, false, false, false, List.of());

    static TestSettings of(@Nullable MaxMQTest annotation) {
        return annotation == null
                ? DEFAULT
                : new TestSettings(
                        annotation.scope(),
                        true,
                        annotation.loops(),
                        annotation.port(),
                        annotation.virtualClock(),
                        annotation.faults(),
                        annotation.storage(),
                        List.of());
    }
}
