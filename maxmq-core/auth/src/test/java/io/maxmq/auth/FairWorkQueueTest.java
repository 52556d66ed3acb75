package io.maxmq.auth;

import io.maxmq.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FairWorkQueueTest {
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final ManualClock clock = new ManualClock();

    @Nested
    class OnWorkers {
        private final Pool pool = new Pool();
        private final List<String> log = new ArrayList<>();

        private FairWorkQueue<String> queue(int concurrency, int maxWaiting) {
            return FairWorkQueue.onWorkers(
                    pool, clock, new FairWorkQueue.Bounds(concurrency, maxWaiting, PATIENCE), "refused");
        }

        private void submit(FairWorkQueue<String> queue, Object source, String name) {
            submit(queue, source, name, () -> CompletableFuture.completedFuture("done"));
        }

        private void submit(
                FairWorkQueue<String> queue, Object source, String name, Supplier<CompletionStage<String>> work) {
            var unused = queue.submit(source, work)
                    .whenComplete((result, failure) ->
                            log.add(name + " " + (failure == null ? result : failure.getMessage())));
        }

        @Test
        void workOfOneSourceKeepsItsOrder() {
            FairWorkQueue<String> queue = queue(1, 100);
            submit(queue, "a", "1");
            submit(queue, "a", "2");
            submit(queue, "a", "3");

            assertThat(log).isEmpty();
            pool.runAll();
            assertThat(log).containsExactly("1 done", "2 done", "3 done");
        }

        @Test
        void usesNoMoreOfThePoolThanItsConcurrency() {
            FairWorkQueue<String> queue = queue(2, 100);
            for (int i = 0; i < 10; i++) {
                submit(queue, "a", "x");
            }

            assertThat(pool.tasks).hasSize(2);
            pool.runOne();
            assertThat(pool.tasks).hasSize(2);
            pool.runAll();
            assertThat(log).hasSize(10);
            assertThat(queue.waiting()).isZero();
        }

        @Test
        void sourcesTakeTurns() {
            FairWorkQueue<String> queue = queue(1, 100);
            for (int i = 1; i <= 4; i++) {
                submit(queue, "flooder", "f" + i);
            }
            submit(queue, "other", "o1");
            submit(queue, "other", "o2");

            pool.runAll();

            assertThat(log).containsExactly("f1 done", "o1 done", "f2 done", "o2 done", "f3 done", "f4 done");
        }

        @Test
        void refusesMoreThanAnEighthOfOneSource() {
            FairWorkQueue<String> queue = queue(1, 16);
            for (int i = 1; i <= 3; i++) {
                submit(queue, "flooder", "f" + i);
            }
            submit(queue, "other", "o");

            assertThat(log).containsExactly("f3 refused");
        }

        @Test
        void refusesMoreThanTheBoundInAll() {
            FairWorkQueue<String> queue = queue(1, 4);
            for (int i = 0; i < 5; i++) {
                submit(queue, i, "" + i);
            }

            assertThat(log).containsExactly("4 refused");
            assertThat(queue.waiting()).isEqualTo(4);
        }

        @Test
        void patienceBeginsWithTheEndOfTheFirstWork() {
            FairWorkQueue<String> queue = queue(1, 100);
            submit(queue, "a", "cold", () -> {
                clock.advance(Duration.ofSeconds(30));
                return CompletableFuture.completedFuture("done");
            });
            submit(queue, "a", "1");
            submit(queue, "a", "2");
            clock.advance(Duration.ofSeconds(30));

            pool.runOne();
            clock.advanceToJustBefore(PATIENCE);
            pool.runOne();
            clock.advance(Duration.ofMillis(1));
            pool.runAll();

            assertThat(log).containsExactly("cold done", "1 done", "2 refused");
        }

        @Test
        void refusesWorkAfterItsDeadline() {
            FairWorkQueue<String> queue = queue(1, 100);
            submit(queue, "a", "0");
            pool.runAll();
            log.clear();
            submit(queue, "a", "1");
            clock.advanceToJustBefore(PATIENCE);
            submit(queue, "a", "2");
            pool.runOne();
            clock.advance(PATIENCE);
            pool.runAll();

            assertThat(log).containsExactly("1 done", "2 refused");
        }

        @Test
        void failedWorkDoesNotStopTheQueue() {
            FairWorkQueue<String> queue = queue(1, 100);
            submit(queue, "a", "first", () -> {
                throw new IllegalStateException("broken");
            });
            submit(queue, "a", "next");

            pool.runAll();

            assertThat(log).containsExactly("first broken", "next done");
        }

        @Test
        void interruptedWorkDoesNotStopTheQueue() {
            FairWorkQueue<String> queue = queue(1, 100);
            submit(queue, "a", "first", () -> {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted");
            });
            submit(queue, "a", "next");

            try {
                pool.runAll();
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }

            assertThat(log).containsExactly("first interrupted", "next done");
            submit(queue, "a", "last");
            assertThat(pool.tasks).hasSize(1); // the place of the interrupted work is free
        }

        @Test
        void fullPoolRefusesWorkThatNothingElseWouldStart() {
            FairWorkQueue<String> queue = queue(1, 100);
            pool.full = true;
            submit(queue, "a", "1");

            assertThat(log).containsExactly("1 refused");
            pool.full = false;
            submit(queue, "a", "2");
            pool.runAll();
            assertThat(log).containsExactly("1 refused", "2 done");
        }

        @Test
        void fullPoolLeavesWorkToTheRunningWorkers() {
            FairWorkQueue<String> queue = queue(2, 100);
            submit(queue, "a", "1");
            pool.full = true;
            submit(queue, "a", "2");
            pool.full = false;
            pool.runAll();

            assertThat(log).containsExactly("1 done", "2 done");
        }

        @Test
        void closedQueueRefusesWaitingAndLaterWork() {
            FairWorkQueue<String> queue = queue(1, 100);
            submit(queue, "a", "1");
            queue.close();
            submit(queue, "a", "2");
            pool.runAll();

            assertThat(log).containsExactly("1 refused", "2 refused");
            queue.close();
        }
    }

    @Nested
    class OfCalls {
        private final FairWorkQueue<String> calls =
                FairWorkQueue.ofCalls(clock, new FairWorkQueue.Bounds(2, 16, PATIENCE), "refused");
        private final List<CompletableFuture<String>> made = new ArrayList<>();

        private CompletableFuture<String> call(Object source) {
            return calls.submit(source, () -> {
                        CompletableFuture<String> answer = new CompletableFuture<>();
                        made.add(answer);
                        return answer;
                    })
                    .toCompletableFuture();
        }

        @Test
        void callIsUnderWayUntilItsAnswer() {
            CompletableFuture<String> first = call("a");
            CompletableFuture<String> second = call("a");
            CompletableFuture<String> third = call("a");

            assertThat(made).hasSize(2);
            made.get(1).complete("done");
            assertThat(second).isCompletedWithValue("done");
            assertThat(made).hasSize(3);
            made.get(2).completeExceptionally(new IllegalStateException("broken"));
            assertThat(third).isCompletedExceptionally();
            made.get(0).complete("late");
            assertThat(first).isCompletedWithValue("late");
        }

        @Test
        void sourceUsesAnEighthOfTheRoom() {
            for (int i = 0; i < 4; i++) {
                call("a");
            }

            assertThat(call("a")).isCompletedWithValue("refused");
            assertThat(call("b")).isNotDone();
            for (int i = 0; i < 20; i++) {
                call("source" + i);
            }
            assertThat(calls.waiting()).isEqualTo(16);
            assertThat(call("c")).isCompletedWithValue("refused");
        }

        @Test
        void patienceBeginsWithTheSubmission() {
            call("a");
            call("a");
            CompletableFuture<String> late = call("a");
            clock.advance(PATIENCE);
            CompletableFuture<String> fresh = call("b");
            clock.advance(Duration.ofMillis(1));

            made.get(0).complete("done");

            assertThat(late).isCompletedWithValue("refused");
            assertThat(made).hasSize(3);
            made.get(2).complete("fresh");
            assertThat(fresh).isCompletedWithValue("fresh");
        }

        @Test
        void callsThatEndAtOnceDoNotNest() {
            FairWorkQueue<String> many =
                    FairWorkQueue.ofCalls(clock, new FairWorkQueue.Bounds(1, 800_000, PATIENCE), "refused");
            CompletableFuture<String> first = new CompletableFuture<>();
            List<CompletableFuture<String>> others = new ArrayList<>();
            many.submit("a", () -> first);
            for (int i = 0; i < 100_000; i++) {
                boolean throwing = i % 2 == 0;
                others.add(many.submit("a", () -> {
                            if (throwing) {
                                throw new IllegalStateException("broken");
                            }
                            return CompletableFuture.completedFuture("done");
                        })
                        .toCompletableFuture());
            }

            first.complete("done");

            assertThat(others).allMatch(CompletableFuture::isDone);
            assertThat(many.submit("a", () -> CompletableFuture.completedFuture("again"))
                            .toCompletableFuture())
                    .isCompletedWithValue("again");
        }

        @Test
        void closedQueueRefusesWaitingAndLaterCalls() {
            CompletableFuture<String> first = call("a");
            call("a");
            CompletableFuture<String> waits = call("a");

            calls.close();

            assertThat(waits).isCompletedWithValue("refused");
            assertThat(call("a")).isCompletedWithValue("refused");
            made.get(0).complete("done");
            assertThat(first).isCompletedWithValue("done");
            assertThat(made).hasSize(2);
        }
    }

    private static final class Pool implements Executor {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private boolean full;

        @Override
        public void execute(Runnable task) {
            if (full) {
                throw new RejectedExecutionException("full");
            }
            tasks.add(task);
        }

        void runOne() {
            tasks.remove().run();
        }

        void runAll() {
            while (!tasks.isEmpty()) {
                runOne();
            }
        }
    }
}
