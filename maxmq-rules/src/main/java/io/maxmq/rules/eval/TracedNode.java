package io.maxmq.rules.eval;

import org.jspecify.annotations.Nullable;

/** Tells the evaluation's trace what another node gives. */
final class TracedNode extends Node {
    private final Node node;
    private final String text;

    TracedNode(Node node, String text) {
        super(node.at());
        this.node = node;
        this.text = text;
    }

    @Override
    @Nullable
    Object value(Frame frame) {
        Object value = node.value(frame);
        Trace trace = frame.evaluation.trace();
        if (trace != null) {
            trace.value(at().line(), at().column(), text, value);
        }
        return value;
    }
}
