package io.maxmq.rules.eval;

import io.maxmq.rules.parse.Position;

/** An expression with a boolean value only. */
abstract class Condition extends Node {
    Condition(Position at) {
        super(at);
    }

    @Override
    abstract boolean passes(Frame frame);

    @Override
    Object value(Frame frame) {
        return passes(frame);
    }
}
