package io.maxmq.benchmarks.load;

/** The broker sent what it must not send, or refused what it should accept. */
final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProtocolException(String message) {
        super(message);
    }
}
