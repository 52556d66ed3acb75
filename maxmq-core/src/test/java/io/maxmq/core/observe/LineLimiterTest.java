package io.maxmq.core.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LineLimiterTest {
    private final LineLimiter limiter = new LineLimiter();
    private final List<String> leftOut = new ArrayList<>();

    private long admitted(String subject, long nowNanos, int lines) {
        return IntStream.range(0, lines)
                .filter(i -> limiter.admits(subject, nowNanos))
                .count();
    }

    private void endWindows(long nowNanos) {
        limiter.endWindows(nowNanos, (subject, count) -> leftOut.add(subject + " " + count));
    }

    @Test
    void admitsTenLinesPerSubjectAndReportsTheNumberOfOthers() {
        assertThat(admitted("a", 0, 25)).isEqualTo(10);
        assertThat(admitted("b", 0, 3)).isEqualTo(3);

        endWindows(LineLimiter.WINDOW_NANOS - 1);
        assertThat(leftOut).isEmpty();
        endWindows(LineLimiter.WINDOW_NANOS);
        assertThat(leftOut).containsExactly("a 15");
    }

    @Test
    void admitsLinesAgainAfterTheWindow() {
        admitted("a", 0, 11);
        endWindows(LineLimiter.WINDOW_NANOS);

        assertThat(admitted("a", LineLimiter.WINDOW_NANOS, 11)).isEqualTo(10);
    }
}
