package io.maxmq.junit;

import java.time.Duration;
import java.util.List;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

/** Runs test classes as JUnit would, and looks at what became of them and what they left. */
final class Engine {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private Engine() {}

    static EngineExecutionResults run(Class<?> testClass) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .execute();
    }

    /** Runs with as many tests at a time. */
    static EngineExecutionResults runParallel(Class<?> testClass, int tests) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.fixed.parallelism", Integer.toString(tests))
                .execute();
    }

    /** What the only test failed with, or its class. */
    static Throwable failure(Class<?> testClass) {
        List<Throwable> failures = failures(run(testClass));
        assertThat(failures).hasSize(1);
        return failures.get(0);
    }

    static List<Throwable> failures(EngineExecutionResults results) {
        return results.allEvents().failed().stream().map(Engine::failure).toList();
    }

    private static Throwable failure(Event event) {
        return event.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
                .getThrowable()
                .orElseThrow();
    }

    /** The threads of brokers and proxies of tests in this class; waits for those that are just ending. */
    static void assertNoThreadOf(Class<?> testClass) throws InterruptedException {
        String prefix = "maxmq-" + testClass.getSimpleName();
        Deadline deadline = Deadline.in(DEADLINE);
        while (!threads(prefix).isEmpty() && deadline.leftMillis() > 0) {
            Thread.sleep(5);
        }
        assertThat(threads(prefix)).isEmpty();
    }

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }
}
