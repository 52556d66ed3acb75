package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.function.CallContext;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.value.Fields;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.WorkBudget;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of one statement on one event: its context, and the time that it has used. Used by one thread, for one
 * evaluation or, after {@link #begin}, for the next.
 *
 *
 * <p>Only expensive operations check the time. When the time is over, the thread gets the same amount again as
 * processor time, so that a busy machine does not end a rule.
 */
public final class Evaluation implements WorkBudget {
    /** 10 ms. */
    public static final long DEFAULT_NANOS = 10_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int WORK_BETWEEN_LOOKS = 1_024;
    private static final int BYTES_OF_WORK = 64;

    private final @Nullable Trace trace;
    private CallContext around;
    private EvaluationLimits limits;
    private Payload payload;
    private long mostNanos;
    private @Nullable Frame frame;
    private @Nullable JsonWriter writer;
    private @Nullable Map<String, @Nullable Object> written;
    private @Nullable Map<String, @Nullable Object> metadata;

    private long work;
    private long nextLook = WORK_BETWEEN_LOOKS;
    private long startNanos;
    private long mostProcessorNanos;

    /** Without a trace, with the default time. */
    public Evaluation(CallContext around) {
        this(around, new Payload(around.event().field("payload")), null, DEFAULT_NANOS);
    }

    /**
     * Creates an evaluation.
     * @param payload of the event, shared by all rules on it
     * @param trace or null
     * @param mostNanos the time limit
     */
    public Evaluation(CallContext around, Payload payload, @Nullable Trace trace, long mostNanos) {
        this.around = around;
        this.limits = around.limits();
        this.payload = payload;
        this.trace = trace;
        this.mostNanos = mostNanos;
    }

    /**
     * Begins anew, for another statement or event.
     *
     * @param payload of the event, shared by all rules on it
     * @param mostNanos that it may take
     */
    public void begin(CallContext around, Payload payload, long mostNanos) {
        this.around = around;
        this.limits = around.limits();
        this.payload = payload;
        this.mostNanos = mostNanos;
        metadata = null;
        written = null;
        work = 0;
        nextLook = WORK_BETWEEN_LOOKS;
        startNanos = 0;
        mostProcessorNanos = 0;
    }

    /** Keeps nothing of what it has made. */
    void end() {
        metadata = null;
        written = null;
        if (writer != null) {
            writer.clear();
        }
    }

    /** Returns the context of the statement. */
    public CallContext around() {
        return around;
    }

    EvaluationLimits limits() {
        return limits;
    }

    Fields event() {
        return around.event();
    }

    /** A writer with nothing written, for what the evaluation gives. There is one: it is the same object each time. */
    public JsonWriter writer() {
        JsonWriter present = writer;
        if (present == null) {
            present = new JsonWriter(false, JsonWriter.UNBOUNDED);
            writer = present;
        }
        present.clear();
        return present;
    }

    /** The record that was written, where its JSON does not tell all of it: which texts stand for bytes. Null otherwise. */
    public @Nullable Map<String, @Nullable Object> written() {
        return written;
    }

    void written(Map<String, @Nullable Object> record) {
        written = record;
    }

    /** The one that its program runs in. */
    Frame frame(int slots, Node @Nullable [] waiting, int @Nullable [] paths) {
        Frame present = frame;
        if (present == null) {
            present = new Frame(this);
            frame = present;
        }
        present.begin(slots, waiting, paths);
        return present;
    }

    Payload payload() {
        return payload;
    }

    @Nullable
    Trace trace() {
        return trace;
    }

    /** A field of the event, or the {@code metadata} that each rule adds to it. */
    @Nullable
    Object field(String name) {
        Object value = around.event().field(name);
        return value == null && name.equals("metadata") ? metadata() : value;
    }

    /** Returns the values that the rule itself adds to the event. */
    Map<String, @Nullable Object> metadata() {
        Map<String, @Nullable Object> present = metadata;
        if (present == null) {
            present = new LinkedHashMap<>();
            present.put("rule_id", Text.of(around.rule()));
            metadata = present;
        }
        return present;
    }

    /** Counts a value that was made or is looked through, by its size. */
    void made(@Nullable Object value) {
        work(1 + size(value, WORK_BETWEEN_LOOKS));
    }

    /** Counts the payload as looked through. */
    void readPayload() {
        work(size(payload.raw(), WORK_BETWEEN_LOOKS));
    }

    /** Bytes, elements and members of a value at any depth; what goes beyond {@code most} need not be counted, as a look comes anyway. */
    private static int size(@Nullable Object value, int most) {
        if (value instanceof Text text) {
            return text.roughLength() / BYTES_OF_WORK;
        } else if (value instanceof List<?> list) {
            return sizeOfAll(list, most);
        } else if (value instanceof Map<?, ?> map) {
            return sizeOfAll(map.values(), most);
        }
        return 0;
    }

    private static int sizeOfAll(Collection<?> parts, int most) {
        int size = parts.size();
        if (size < most) {
            for (Object each : parts) {
                size += size(each, most - size);
                if (size >= most) {
                    break;
                }
            }
        }
        return size;
    }

    @Override
    public void work(int units) {
        work += units;
        if (work >= nextLook) {
            look();
        }
    }

    private void look() {
        nextLook = work + WORK_BETWEEN_LOOKS;
        long now = System.nanoTime();
        if (startNanos == 0) {
            startNanos = now;
        }
        if (now - startNanos <= mostNanos) {
            return;
        }
        long processorNanos = THREADS.isCurrentThreadCpuTimeSupported() ? THREADS.getCurrentThreadCpuTime() : now;
        if (mostProcessorNanos == 0) {
            mostProcessorNanos = processorNanos + mostNanos;
        } else if (processorNanos > mostProcessorNanos) {
            throw new EvaluationException(
                    Code.LIMIT_EXCEEDED, "evaluation", "takes longer than " + mostNanos / 1_000_000.0 + " ms");
        }
    }
}
