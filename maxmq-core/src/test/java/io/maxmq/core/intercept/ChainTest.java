package io.maxmq.core.intercept;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.access.FakeLoop;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.FakeClock;
import io.maxmq.core.observe.Loggers;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.Interceptor;
import io.maxmq.spi.intercept.UnsubscribeInterceptor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class ChainTest {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Decision<String> REFUSED_FOR_FAILURE =
            Decision.refuse(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);

    private final FakeClock clock = new FakeClock();
    private final FakeLoop loop = new FakeLoop(clock);
    private final Loggers loggers = new Loggers("test");
    private final WorkerPool workers = new WorkerPool("worker", 1, 10, Duration.ofSeconds(10), loggers);
    private final Events events = new Events(workers, clock, loggers);
    private final PluginCalls calls = new PluginCalls(workers, events.failures());

    private final List<Scripted> interceptors = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final List<Decision<String>> decisions = new ArrayList<>();

    @AfterEach
    void close() {
        workers.close();
    }

    private interface Answer {
        @Nullable
        Decision<String> to(String subject);
    }

    /** An interceptor whose answer may be one that no hook of its type allows. */
    private final class Scripted implements UnsubscribeInterceptor {
        private final String name;
        private final Answer answer;

        Scripted(String name, Answer answer) {
            this.name = name;
            this.answer = answer;
        }

        @Override
        public String name() {
            return name;
        }

        @Nullable
        Decision<String> answer(String subject) {
            asked.add(name + " " + subject);
            return answer.to(subject);
        }

        @Override
        public Decision.OfRequest<String> onUnsubscribe(ClientInfo client, String topicFilter) {
            asked.add(name);
            return Decision.proceed();
        }
    }

    private static final class ScriptedChain extends Chain<Scripted, String, String> {
        private final UnaryOperator<String> lasting;

        ScriptedChain(Hook hook, List<Scripted> interceptors, PluginCalls calls, UnaryOperator<String> lasting) {
            super(hook, interceptors, calls, DEADLINE.toNanos());
            this.lasting = lasting;
        }

        @Override
        @Nullable
        Decision<String> ask(Scripted interceptor, String about, String subject) {
            return interceptor.answer(subject);
        }

        @Override
        String lasting(String subject) {
            return lasting.apply(subject);
        }
    }

    private void add(String name, Answer answer) {
        interceptors.add(new Scripted(name, answer));
    }

    private ScriptedChain chain(Hook hook) {
        return new ScriptedChain(hook, interceptors, calls, UnaryOperator.identity());
    }

    private Decision<String> run(Hook hook) {
        return chain(hook).run("client", "subject", loop, decisions::add);
    }

    private BlockingQueue<PluginFailed> failures() {
        BlockingQueue<PluginFailed> told = new LinkedBlockingQueue<>();
        events.add(event -> {
            if (event instanceof PluginFailed failed) {
                told.add(failed);
            }
        });
        return told;
    }

    @Test
    void proceedsWhenAllInterceptorsProceed() {
        add("a", subject -> Decision.proceed());
        add("b", subject -> Decision.proceed());

        assertThat(run(Hook.PUBLISH)).isSameAs(Decision.proceed());
        assertThat(asked).containsExactly("a subject", "b subject");
        assertThat(decisions).isEmpty();
    }

    @Test
    void showsEachChangeToTheNextInterceptor() {
        add("a", subject -> Decision.change(subject + "1"));
        add("b", subject -> Decision.proceed());
        add("c", subject -> Decision.change(subject + "2"));

        assertThat(run(Hook.PUBLISH)).isEqualTo(Decision.change("subject12"));
        assertThat(asked).containsExactly("a subject", "b subject1", "c subject1");
    }

    @Test
    void proceedsWhenAChangeIsTheSameObject() {
        add("a", Decision::change);

        assertThat(run(Hook.PUBLISH)).isSameAs(Decision.proceed());
    }

    @Test
    void endsAtTheFirstRefusal() {
        Decision<String> refusal = Decision.refuse(ReasonCode.NOT_AUTHORIZED, "no");
        add("a", subject -> Decision.change("changed"));
        add("b", subject -> refusal);
        add("c", subject -> Decision.proceed());

        assertThat(run(Hook.PUBLISH)).isSameAs(refusal);
        assertThat(asked).containsExactly("a subject", "b changed");
    }

    @Test
    void endsAtTheFirstDrop() {
        add("a", subject -> Decision.drop());
        add("b", subject -> Decision.proceed());

        assertThat(run(Hook.PUBLISH)).isEqualTo(Decision.drop());
        assertThat(asked).containsExactly("a subject");
    }

    @ParameterizedTest
    @EnumSource(names = {"CONNECT", "PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE", "READ"})
    void refusesOnFailureWhereTheHookCanRefuse(Hook hook) {
        add("broken", subject -> {
            throw new IllegalStateException("on purpose");
        });
        add("next", subject -> Decision.proceed());

        assertThat(run(hook)).isEqualTo(REFUSED_FOR_FAILURE);
        assertThat(asked).containsExactly("broken subject");
    }

    @ParameterizedTest
    @EnumSource(names = {"DELIVERY", "RECIPIENT"})
    void dropsOnFailureWhereTheHookCannotRefuse(Hook hook) {
        add("broken", subject -> {
            throw new IllegalStateException("on purpose");
        });
        add("next", subject -> Decision.proceed());

        assertThat(chain(hook).run("client", "subject")).isEqualTo(Decision.drop());
        assertThat(asked).containsExactly("broken subject");
    }

    @Test
    void leavesAnAnswerOnFailureAndAsksTheNextInterceptor() {
        add("broken", subject -> null);
        add("next", subject -> Decision.change(subject + "1"));

        assertThat(chain(Hook.ANSWER).run("client", "subject")).isEqualTo(Decision.change("subject1"));
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, THREW, throws",
        "CONNECT, THREW, throws an error",
        "CONNECT, NULL, null",
        "CONNECT, INVALID_ANSWER, drops",
        "CONNECT, INVALID_ANSWER, refuses with a code of SUBACK",
        "PUBLISH, INVALID_ANSWER, refuses with a code of SUBACK",
        "CONNECT, THREW, stage fails",
        "CONNECT, NULL, stage without a value",
        "CONNECT, INVALID_ANSWER, stage answers later",
        "CONNECT, INVALID_ANSWER, stage drops",
    })
    void reportsAFailureAndRefuses(Hook hook, Failure failure, String how) throws InterruptedException {
        BlockingQueue<PluginFailed> told = failures();
        add("broken", subject -> switch (how) {
            case "throws" -> throw new IllegalStateException("on purpose");
            case "throws an error" -> throw new StackOverflowError("on purpose");
            case "null" -> null;
            case "drops" -> Decision.drop();
            case "refuses with a code of SUBACK" -> Decision.refuse(ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
            case "stage fails" ->
                Decision.later(CompletableFuture.failedFuture(new IllegalStateException("on purpose")));
            case "stage without a value" -> Decision.later(CompletableFuture.completedFuture(null));
            case "stage answers later" ->
                Decision.later(CompletableFuture.completedFuture(Decision.later(new CompletableFuture<>())));
            case "stage drops" -> Decision.later(CompletableFuture.completedFuture(Decision.drop()));
            default -> throw new AssertionError(how);
        });
        add("next", subject -> Decision.proceed());

        Decision<String> decision = run(hook);

        if (how.startsWith("stage")) {
            assertThat(decision).isInstanceOf(Decision.Later.class);
            assertThat(decisions).containsExactly(REFUSED_FOR_FAILURE);
        } else {
            assertThat(decision).isEqualTo(REFUSED_FOR_FAILURE);
        }
        assertThat(asked).containsExactly("broken subject");
        PluginFailed failed = told.poll(10, TimeUnit.SECONDS);
        assertThat(failed).isNotNull();
        assertThat(failed.plugin()).isEqualTo("broken");
        assertThat(failed.operation()).isEqualTo(hook.method());
        assertThat(failed.failure()).isEqualTo(failure);
    }

    @Test
    void failsWhenAHookThatDecidesAtOnceAnswersLater() {
        add("a", subject -> Decision.later(CompletableFuture.completedFuture(Decision.proceed())));

        assertThat(chain(Hook.DELIVERY).run("client", "subject")).isEqualTo(Decision.drop());
    }

    @Test
    void goesOnBehindALateAnswerWithItsChange() {
        CompletableFuture<Decision<String>> first = new CompletableFuture<>();
        CompletableFuture<Decision<String>> third = new CompletableFuture<>();
        add("a", subject -> Decision.later(first));
        add("b", subject -> Decision.change(subject + "2"));
        add("c", subject -> Decision.later(third));
        add("d", subject -> Decision.proceed());

        assertThat(run(Hook.SUBSCRIBE)).isInstanceOf(Decision.Later.class);
        assertThat(asked).containsExactly("a subject");
        first.complete(Decision.change("subject1"));
        loop.runTasks();
        assertThat(asked).containsExactly("a subject", "b subject1", "c subject12");
        assertThat(decisions).isEmpty();
        third.complete(Decision.proceed());
        loop.runTasks();

        assertThat(asked).last().isEqualTo("d subject12");
        assertThat(decisions).containsExactly(Decision.change("subject12"));
        assertThat(loop.openTimers()).isZero();
    }

    @Test
    void proceedsWhenALateAnswerProceeds() {
        CompletableFuture<Decision<String>> answer = new CompletableFuture<>();
        add("a", subject -> Decision.later(answer));

        var unused = run(Hook.UNSUBSCRIBE);
        answer.complete(Decision.proceed());
        loop.runTasks();

        assertThat(decisions).containsExactly(Decision.proceed());
    }

    @Test
    void endsAtALateRefusal() {
        Decision<String> refusal = Decision.refuse(ReasonCode.NOT_AUTHORIZED, "no");
        CompletableFuture<Decision<String>> answer = new CompletableFuture<>();
        add("a", subject -> Decision.later(answer));
        add("b", subject -> Decision.proceed());

        var unused = run(Hook.SUBSCRIBE);
        answer.complete(refusal);
        loop.runTasks();

        assertThat(decisions).containsExactly(refusal);
        assertThat(asked).containsExactly("a subject");
    }

    @Test
    void tellsTheCallerDuringTheCallWhenTheStageIsComplete() {
        add("a", subject -> Decision.later(CompletableFuture.completedFuture(Decision.change("changed"))));

        assertThat(run(Hook.PUBLISH)).isInstanceOf(Decision.Later.class);
        assertThat(decisions).containsExactly(Decision.change("changed"));
    }

    @Test
    void showsALastingSubjectToTheNextInterceptorOfALateAnswer() {
        CompletableFuture<Decision<String>> answer = new CompletableFuture<>();
        add("a", subject -> Decision.later(answer));
        add("b", subject -> Decision.proceed());
        ScriptedChain chain = new ScriptedChain(Hook.PUBLISH, interceptors, calls, subject -> "copy of " + subject);

        var unused = chain.run("client", "view", loop, decisions::add);
        answer.complete(Decision.proceed());
        loop.runTasks();

        assertThat(asked).containsExactly("a view", "b copy of view");
    }

    @Test
    void refusesOnceWhenTheDeadlinePasses() throws InterruptedException {
        BlockingQueue<PluginFailed> told = failures();
        CompletableFuture<Decision<String>> answer = new CompletableFuture<>();
        add("slow", subject -> Decision.later(answer));
        add("next", subject -> Decision.proceed());

        var unused = run(Hook.PUBLISH);
        loop.advance(DEADLINE.minusMillis(1));
        assertThat(decisions).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(decisions).containsExactly(REFUSED_FOR_FAILURE);
        answer.complete(Decision.proceed());
        loop.runTasks();

        assertThat(decisions).as("with the late answer").hasSize(1);
        assertThat(asked).containsExactly("slow subject");
        PluginFailed failed = told.poll(10, TimeUnit.SECONDS);
        assertThat(failed).isNotNull();
        assertThat(failed.failure()).isEqualTo(Failure.TIMEOUT);
    }

    @Test
    void decidesOnceWhenTheAnswerComesBeforeTheDeadline() {
        CompletableFuture<Decision<String>> answer = new CompletableFuture<>();
        add("a", subject -> Decision.later(answer));

        var unused = run(Hook.PUBLISH);
        answer.complete(Decision.proceed());
        loop.runTasks();
        loop.advance(DEADLINE.multipliedBy(2));
        loop.runTasks();

        assertThat(decisions).containsExactly(Decision.proceed());
    }

    @Test
    void asksByPriorityAndThenInOrderOfRegistration() {
        List<Interceptor> all = List.of(
                new Scripted("first", subject -> null),
                new Scripted("second", subject -> null),
                prioritized("urgent", 1),
                prioritized("last", -1));
        Interceptors chains = new Interceptors(all, calls, DEADLINE);
        ClientInfo client = ClientInfo.builder(
                        "c", ProtocolVersion.MQTT_5, InetSocketAddress.createUnresolved("h", 1), "tcp")
                .build();

        chains.unsubscribe(client, "subject", loop, decisions::add);

        assertThat(asked).containsExactly("urgent", "first", "second", "last");
        assertThat(decisions).containsExactly(Decision.proceed());
    }

    private Interceptor prioritized(String name, int priority) {
        return new UnsubscribeInterceptor() {
            @Override
            public int priority() {
                return priority;
            }

            @Override
            public Decision.OfRequest<String> onUnsubscribe(ClientInfo client, String topicFilter) {
                asked.add(name);
                return Decision.proceed();
            }
        };
    }
}
