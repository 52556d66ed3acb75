package io.maxmq.spring.test;

import io.maxmq.spi.Preview;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AliasFor;

/**
 * Runs the tests of a class with the application, without a web server, and its broker on free ports. A test names what it needs as a
 * parameter:
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>parameter</th><th>value</th></tr>
 * <tr><td>{@code MaxMQ}</td><td>the broker</td></tr>
 * <tr><td>{@code @MaxMQPort int}</td><td>the port of its first plain TCP listener</td></tr>
 * <tr><td>{@code TestClient}</td><td>a connected client, as {@code @MaxMQClient} says; each parameter another</td></tr>
 * <tr><td>{@code TestClients}</td><td>connects more clients; closed when the test ends</td></tr>
 * <tr><td>{@code RoutedMessages}</td><td>the messages that the broker has routed since the test began</td></tr>
 * </table>
 *
 * <pre>{@code
 * @SpringMaxMQTest
 * class GreeterTest {
 *     @Test
 *     void answersQuestions(TestClient client, RoutedMessages messages) {
 *         client.publish("greetings/ask", "Spring", QoS.AT_LEAST_ONCE);
 *         assertEquals("Hello, Spring", messages.awaitMessage("greetings/answer").payloadText());
 *     }
 * }
 * }</pre>
 *
 * <p>Spring shares the application context, and so the broker with its sessions and retained messages, among test classes with the same
 * configuration.
 *
 * @since 0.1.0
 */
@Preview
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
@Import(FreePorts.class)
@ExtendWith(SpringMaxMQExtension.class)
public @interface SpringMaxMQTest {

    /** Properties of the application, {@code key=value}. */
    @AliasFor(annotation = SpringBootTest.class, attribute = "properties")
    String[] properties() default {};

    /** Configuration classes; empty for the application's {@code @SpringBootConfiguration}. */
    @AliasFor(annotation = SpringBootTest.class, attribute = "classes")
    Class<?>[] classes() default {};
}
