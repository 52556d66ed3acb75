package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.function.Limits;
import io.maxmq.rules.json.Extraction;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.value.Text;
import org.jspecify.annotations.Nullable;

/**
 * An event's payload, read when the first path asks and then shared by all rules on the event. Not thread-safe. A payload of {@link
 * PayloadPaths.Reader} gives the paths of its programs out of one pass over the bytes; for everything else the whole is decoded.
 */
public final class Payload {
    /** The offset of a program whose paths are not read in one pass. */
    static final int NOWHERE = -1;

    private final @Nullable Object raw;
    private final @Nullable PayloadPaths paths;
    private final @Nullable Extraction extraction;

    private boolean isExtracted;
    private @Nullable EvaluationException extractionFailure;

    private boolean isRead;
    private @Nullable Object document;
    private @Nullable EvaluationException failure;

    /** The event's field {@code payload}; a string is JSON, each other value stands for itself. */
    public Payload(@Nullable Object raw) {
        this(raw, null, null);
    }

    Payload(@Nullable Object raw, @Nullable PayloadPaths paths, @Nullable Extraction extraction) {
        this.raw = raw;
        this.paths = raw instanceof Text ? paths : null;
        this.extraction = extraction;
    }

    /** As the event has it. */
    @Nullable
    Object raw() {
        return raw;
    }

    /** Where a program's paths begin in {@link #extraction}; {@link #NOWHERE} when they are not there. */
    int offset(Program program) {
        return paths == null ? NOWHERE : paths.offset(program);
    }

    /**
     * What all paths lead to; only when {@link #offset} says that they are there.
     *
     * @throws EvaluationException DECODE_JSON each time when it is no JSON
     */
    Extraction extraction() { // hot: per path
        Extraction found = extraction;
        if (found == null || paths == null || !(raw instanceof Text text)) {
            throw new IllegalStateException("no paths of this payload are known");
        }
        if (!isExtracted) {
            isExtracted = true;
            byte[] bytes = text.bytes();
            try {
                found.read(bytes, 0, bytes.length, paths.isStrict());
            } catch (EvaluationException e) {
                extractionFailure = e;
            }
        }
        if (extractionFailure != null) {
            throw again(extractionFailure);
        }
        return found;
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
            throw again(failure);
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
            failure = e;
        }
    }

    /** The error without a place, as it is another for each who asks. */
    private static EvaluationException again(EvaluationException error) {
        return new EvaluationException(error.code(), "payload", String.valueOf(error.getMessage()));
    }
}
