package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.spi.Preview;
import java.lang.annotation.Annotation;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Starts a broker before a test and closes it afterwards, and gives test and lifecycle methods their parameters:
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>parameter</th><th>what it is</th></tr>
 * <tr><td>{@link MaxMQ}</td><td>the broker</td></tr>
 * <tr><td>{@link MaxMQPort @MaxMQPort} {@code int}</td><td>the port on the loopback address that clients connect to</td></tr>
 * <tr><td>{@link TestClient}</td><td>a client that is connected, as {@link MaxMQClient} says; each parameter another</td></tr>
 * <tr><td>{@link TestClients}</td><td>makes more of them</td></tr>
 * <tr><td>{@link RoutedMessages}</td><td>what the broker has routed</td></tr>
 * <tr><td>{@link VirtualClock}</td><td>the broker's time, if the settings say {@code virtualClock}</td></tr>
 * <tr><td>{@link Faults}</td><td>disturbs clients, if the settings say {@code faults}</td></tr>
 * </table>
 *
 * <p>Registered by {@link MaxMQTest}, or with other settings of the broker by
 *
 * <pre>{@code
 * @RegisterExtension
 * static final MaxMQExtension MQTT = MaxMQExtension.builder()
 *         .withoutAnonymous()
 *         .customize(broker -> broker.authenticator(new MyAuthenticator()))
 *         .build();
 * }</pre>
 *
 * <p>Nothing is shared between brokers, so tests may run in parallel. However a test ends, its broker, clients, threads and
 * ports are gone before JUnit goes on.
 *
 * @since 0.1.0
 */
@Preview
public final class MaxMQExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final int MAX_NAME = 64;

    /** Null when the annotation of the test class says it. */
    private final @Nullable TestSettings programmed;

    /** Not only in an instance field. */
    private volatile boolean isOfClass;

    /** For {@code @ExtendWith}: the settings are those of {@link MaxMQTest}. */
    public MaxMQExtension() {
        this(null);
    }

    private MaxMQExtension(@Nullable TestSettings programmed) {
        this.programmed = programmed;
    }

    /** Begins one for {@code @RegisterExtension}. */
    public static Builder builder() {
        return new Builder();
    }

    // ---- lifecycle

    @Override
    public void beforeAll(ExtensionContext context) {
        isOfClass = true;
        if (settings(context).scope() == BrokerScope.CLASS) {
            fixture(context);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (settings(context).scope() == BrokerScope.CLASS && !isOfClass) {
            throw new ExtensionConfigurationException(
                    "a MaxMQExtension of scope CLASS must be registered in a static field: "
                            + context.getRequiredTestClass().getName());
        }
        fixture(context);
    }

    /** Matters when the broker stays. */
    @Override
    public void afterEach(ExtensionContext context) {
        BrokerFixture fixture = store(context).get(key(settings(context)), BrokerFixture.class);
        if (fixture != null) {
            fixture.faults().ifPresent(Faults::clear);
        }
    }

    private BrokerFixture fixture(ExtensionContext context) {
        TestSettings settings = settings(context);
        return store(context)
                .getOrComputeIfAbsent(
                        key(settings), key -> BrokerFixture.start(brokerName(context), settings), BrokerFixture.class);
    }

    /** A nested class with settings of its own does not get the broker of the class around it. */
    private static Object key(TestSettings settings) {
        return List.of("broker", settings);
    }

    /** One per test, and one for what belongs to the class: its clients are closed with it. */
    private TestClients clients(ExtensionContext context) {
        return store(context)
                .getOrComputeIfAbsent(
                        List.of("clients", context.getUniqueId()),
                        key -> new OpenClients(fixture(context).newClients()),
                        OpenClients.class)
                .clients();
    }

    @SuppressWarnings("deprecation") // JUnit closes the one before 5.13, the other later
    private record OpenClients(TestClients clients) implements AutoCloseable, ExtensionContext.Store.CloseableResource {
        @Override
        public void close() {
            clients.close();
        }
    }

    private ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(ExtensionContext.Namespace.create(MaxMQExtension.class, this));
    }

    private TestSettings settings(ExtensionContext context) {
        return programmed == null ? TestSettings.of(annotation(context.getRequiredTestClass())) : programmed;
    }

    private static @Nullable MaxMQTest annotation(Class<?> testClass) {
        for (Class<?> each = testClass; each != null; each = each.getEnclosingClass()) {
            var found = AnnotationSupport.findAnnotation(each, MaxMQTest.class);
            if (found.isPresent()) {
                return found.get();
            }
        }
        return null;
    }

    /** Says in threads and logs which test it is: {@code ThermostatTest.heats-1f3a22c0}. */
    private static String brokerName(ExtensionContext context) {
        String method =
                context.getTestMethod().map(each -> "." + each.getName()).orElse("");
        String hash = "-" + Integer.toHexString(context.getUniqueId().hashCode());
        String readable = (context.getRequiredTestClass().getSimpleName() + method).replaceAll("[^A-Za-z0-9._-]", "_");
        return readable.substring(0, Math.min(readable.length(), MAX_NAME - hash.length())) + hash;
    }

    // ---- parameters

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == MaxMQ.class
                || type == TestClient.class
                || type == TestClients.class
                || type == RoutedMessages.class
                || type == VirtualClock.class
                || type == Faults.class
                || parameter.isAnnotated(MaxMQPort.class)
                || parameter.isAnnotated(MaxMQClient.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameterContext, ExtensionContext context) {
        Parameter parameter = parameterContext.getParameter();
        Class<?> type = parameter.getType();
        requireType(parameterContext, MaxMQPort.class, int.class);
        requireType(parameterContext, MaxMQClient.class, TestClient.class);
        if (settings(context).scope() == BrokerScope.TEST
                && context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException("with a broker per test, " + parameter
                    + " can be a parameter of test, @BeforeEach and @AfterEach methods only; or use BrokerScope.CLASS");
        }
        BrokerFixture fixture = fixture(context);
        if (type == int.class) {
            return fixture.port();
        } else if (type == MaxMQ.class) {
            return fixture.broker();
        } else if (type == TestClient.class) {
            return connect(parameterContext, clients(context));
        } else if (type == TestClients.class) {
            return clients(context);
        } else if (type == RoutedMessages.class) {
            return fixture.messages();
        } else if (type == VirtualClock.class) {
            return fixture.clock().orElseThrow(() -> notWanted(parameter, "virtualClock"));
        } else {
            return fixture.faults().orElseThrow(() -> notWanted(parameter, "faults"));
        }
    }

    private static void requireType(ParameterContext parameter, Class<? extends Annotation> annotation, Class<?> type) {
        if (parameter.isAnnotated(annotation) && parameter.getParameter().getType() != type) {
            throw new ParameterResolutionException("@" + annotation.getSimpleName() + " is for a parameter of type "
                    + type.getSimpleName() + ": " + parameter.getParameter());
        }
    }

    private static ParameterResolutionException notWanted(Parameter parameter, String setting) {
        return new ParameterResolutionException("the broker has none: " + parameter + "; say @MaxMQTest(" + setting
                + " = true), or MaxMQExtension.builder()." + setting + "()");
    }

    private static TestClient connect(ParameterContext parameter, TestClients clients) {
        return parameter.findAnnotation(MaxMQClient.class).map(clients::connect).orElseGet(clients::connect);
    }

    /**
     * Collects the settings of an extension. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Preview
    public static final class Builder {
        private BrokerScope scope = TestSettings.DEFAULT.scope();
        private boolean anonymous = TestSettings.DEFAULT.anonymous();
        private int loops = TestSettings.DEFAULT.loops();
        private int port = TestSettings.DEFAULT.port();
        private boolean virtualClock;
        private boolean faults;
        private boolean storage;
        private final List<Consumer<MaxMQBuilder>> customizers = new ArrayList<>();

        private Builder() {}

        /** Default {@link BrokerScope#TEST}; {@link BrokerScope#CLASS} needs a static field. */
        public Builder scope(BrokerScope newScope) {
            scope = Objects.requireNonNull(newScope, "scope");
            return this;
        }

        /** Does not let everybody in; a {@link #customize customizer} says whom. */
        public Builder withoutAnonymous() {
            anonymous = false;
            return this;
        }

        /** See {@link MaxMQTest#loops}. */
        public Builder loops(int newLoops) {
            loops = newLoops;
            return this;
        }

        /** See {@link MaxMQTest#port}. */
        public Builder port(int newPort) {
            port = newPort;
            return this;
        }

        /** See {@link MaxMQTest#virtualClock}. */
        public Builder virtualClock() {
            virtualClock = true;
            return this;
        }

        /** See {@link MaxMQTest#faults}. */
        public Builder faults() {
            faults = true;
            return this;
        }

        /** See {@link MaxMQTest#storage}. */
        public Builder storage() {
            storage = true;
            return this;
        }

        /**
         * Changes the broker's settings, behind those of this extension. Called for each broker, on the thread of its test, with
         * tests in parallel also concurrently: what serves one broker only, an extension say, must be made anew each time.
         * {@link MaxMQBuilder#config} would undo what this extension needs; change settings by their own methods.
         */
        public Builder customize(Consumer<MaxMQBuilder> customizer) {
            customizers.add(Objects.requireNonNull(customizer, "customizer"));
            return this;
        }

        /** The extension. */
        public MaxMQExtension build() {
            return new MaxMQExtension(new TestSettings(
                    scope, anonymous, loops, port, virtualClock, faults, storage, List.copyOf(customizers)));
        }
    }
}
