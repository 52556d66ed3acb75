package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.function.Limits;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.value.Text;
import org.jspecify.annotations.Nullable;

/**
 * An event's payload, decoded when the first path asks and then shared by all rules on the event. Not thread-safe.
 */
public final class Payload {
    private final @Nullable Object raw;
    private boolean isRead;
    private @Nullable Object document;
    private EvaluationException.@Nullable Code failure;
    private String problem = "";

    /** The event's field {@code payload}; a string is JSON, each other value stands for itself. */
    public Payload(@Nullable Object raw) {
        this.raw = raw;
    }

    /** As the event has it. */
    @Nullable
    Object raw() {
        return raw;
    }

    /**
     * What it says.
     *
     * @throws EvaluationException DECODE_JSON each time when it is no JSON
     */
    @Nullable
    Object document(Limits limits) {
        if (!isRead) {
            read(limits);
        }
        if (failure != null) {
            throw new EvaluationException(failure, "payload", problem);
        }
        return document;
    }

    /** The same; undefined when it is no JSON. */
    @Nullable
    Object documentOrUndefined(Limits limits) {
        if (!isRead) {
            read(limits);
        }
        return document;
    }

    private void read(Limits limits) {
        isRead = true;
        if (!(raw instanceof Text text)) {
            document = raw;
            return;
        }
        try {
            byte[] bytes = text.bytes();
            document = JsonReader.read(bytes, 0, bytes.length, limits.jsonDepth(), limits.integerBits());
        } catch (EvaluationException e) {
            failure = e.code();
            problem = String.valueOf(e.getMessage());
        }
    }
}
