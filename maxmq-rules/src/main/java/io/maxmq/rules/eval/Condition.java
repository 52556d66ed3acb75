package io.maxmq.rules.eval;

import io.maxmq.rules.parse.Position;

/** What is true or false and nothing else. */
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
