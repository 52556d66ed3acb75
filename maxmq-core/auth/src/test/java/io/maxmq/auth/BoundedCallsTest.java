package io.maxmq.auth;

import io.maxmq.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BoundedCallsTest {
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private final ManualClock clock = new ManualClock();
    private final BoundedCalls<String> calls = new BoundedCalls<>(clock, 2, 16, PATIENCE_NANOS, "refused");
    private final List<CompletableFuture<String>> made = new ArrayList<>();

    private CompletableFuture<String> call(Object source) {
        return calls.call(source, this::make).toCompletableFuture();
    }

    private CompletionStage<String> make() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        made.add(answer);
        return answer;
    }

    @Test
    void onlySoManyAreUnderWay() {
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
    void aSourceHasAnEighthOfTheRoom() {
        call("a");
        call("a");
        call("a");
        call("a");

        assertThat(call("a")).isCompletedWithValue("refused");
        assertThat(call("b")).isNotDone();
        for (int i = 0; i < 20; i++) {
            call("source" + i);
        }
        assertThat(calls.waiting()).isEqualTo(16);
        assertThat(call("c")).isCompletedWithValue("refused");
    }

    @Test
    void whoHasWaitedTooLongIsRefused() {
        call("a");
        call("a");
        CompletableFuture<String> late = call("a");
        clock.advance(Duration.ofSeconds(1));
        CompletableFuture<String> fresh = call("b");

        made.get(0).complete("done");

        assertThat(late).isCompletedWithValue("refused");
        assertThat(made).hasSize(3);
        made.get(2).complete("fresh");
        assertThat(fresh).isCompletedWithValue("fresh");
    }

    @Test
    void callsThatFailAtOnceDoNotNest() {
        BoundedCalls<String> many = new BoundedCalls<>(clock, 1, 800_000, PATIENCE_NANOS, "refused");
        CompletableFuture<String> first = new CompletableFuture<>();
        List<CompletableFuture<String>> others = new ArrayList<>();
        many.call("a", () -> first);
        for (int i = 0; i < 100_000; i++) {
            boolean throwing = i % 2 == 0;
            others.add(many.call("a", () -> {
                        if (throwing) {
                            throw new IllegalStateException("broken");
                        }
                        return CompletableFuture.completedFuture("done");
                    })
                    .toCompletableFuture());
        }

        first.complete("done");

        assertThat(others).allMatch(CompletableFuture::isDone);
        assertThat(many.call("a", () -> CompletableFuture.completedFuture("again"))
                        .toCompletableFuture())
                .isCompletedWithValue("again");
    }

    @Test
    void closingRefusesWhatWaitsAndWhatComes() {
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
