package io.maxmq.spring.test;

import io.maxmq.MaxMQ;
import io.maxmq.junit.MaxMQClient;
import io.maxmq.junit.MaxMQPort;
import io.maxmq.junit.RoutedMessages;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Gives tests the broker of their application context, clients of it and its messages, as {@link SpringMaxMQTest} lists them. */
final class SpringMaxMQExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(SpringMaxMQExtension.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        bean(context, RoutedMessages.class).clear();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestClients clients = context.getStore(NAMESPACE).remove(context.getUniqueId(), TestClients.class);
        if (clients != null) {
            clients.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == MaxMQ.class
                || type == TestClient.class
                || type == TestClients.class
                || type == RoutedMessages.class
                || (parameter.isAnnotated(MaxMQPort.class) && type == int.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == MaxMQ.class || type == RoutedMessages.class) {
            return bean(context, type);
        }
        if (type == int.class) {
            return bean(context, MaxMQ.class).listeners().tcp().port();
        }
        TestClients clients = clients(parameter, context);
        if (type == TestClients.class) {
            return clients;
        }
        return parameter.findAnnotation(MaxMQClient.class).map(clients::connect).orElseGet(clients::connect);
    }

    private static TestClients clients(ParameterContext parameter, ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException(
                    "clients are parameters of test, @BeforeEach and @AfterEach methods only: "
                            + parameter.getParameter());
        }
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        context.getUniqueId(), id -> TestClients.of(bean(context, MaxMQ.class)), TestClients.class);
    }

    private static <T> T bean(ExtensionContext context, Class<T> type) {
        return SpringExtension.getApplicationContext(context).getBean(type);
    }
}
