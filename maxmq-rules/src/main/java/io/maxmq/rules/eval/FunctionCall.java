package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.function.Definition;
import io.maxmq.rules.function.Function;
import io.maxmq.rules.parse.Position;
import org.jspecify.annotations.Nullable;

/** A call of a function. */
final class FunctionCall extends Node {
    private final String name;
    private final Function function;
    private final boolean isPure;
    private final Node[] arguments;

    FunctionCall(Position at, Definition definition, Node[] arguments) {
        super(at);
        this.name = definition.name();
        this.function = definition.function();
        this.isPure = definition.pure();
        this.arguments = arguments;
    }

    @Override
    @Nullable
    Object value(Frame frame) {
        @Nullable Object[] values = new @Nullable Object[arguments.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = arguments[i].value(frame);
        }
        Evaluation evaluation = frame.evaluation;
        try {
            // A function may look through all that it is given, and one that sees the event through its payload.
            for (Object each : values) {
                evaluation.made(each);
            }
            if (!isPure) {
                evaluation.readPayload();
            }
            Object value = function.call(evaluation.around(), values);
            evaluation.made(value);
            return value;
        } catch (EvaluationException e) {
            throw placed(e);
        } catch (RuntimeException e) { // of a function of the embedder's, or a fault of ours
            throw placed(new EvaluationException(Code.INTERNAL, name, e.toString(), e));
        }
    }
}
