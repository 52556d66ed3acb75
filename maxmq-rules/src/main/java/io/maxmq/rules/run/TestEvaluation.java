package io.maxmq.rules.run;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.rules.eval.Evaluation;
import io.maxmq.rules.eval.Payload;
import io.maxmq.rules.eval.Program;
import io.maxmq.rules.eval.Source;
import io.maxmq.rules.eval.Trace;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.event.EventKind;
import io.maxmq.rules.state.MemoryKeyValues;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One evaluation beside all rules: it leaves nothing behind, and what it remembers begins empty. Stateless. */
public final class TestEvaluation {
    private TestEvaluation() {}

    /** Returns whether a source of the statement selects the event. */
    public static boolean isSelected(Program program, Event event) {
        String topic = event.topic();
        for (Source each : program.sources()) {
            if (topic == null
                    ? each.isEvent() && EventKind.named(each.text()).contains(event.kind())
                    : !each.isEvent() && TopicFilter.of(each.text()).matches(topic)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The records.
     *
     * @throws io.maxmq.rules.error.EvaluationException when it fails
     */
    public static List<Map<String, @Nullable Object>> run(Program program, Event event, long nowMillis, Trace trace) {
        return program.run(new Evaluation(
                new SqlEvaluator.Around(event, nowMillis, "test", new MemoryKeyValues()),
                new Payload(event.field("payload")),
                trace,
                Evaluation.DEFAULT_NANOS));
    }
}
