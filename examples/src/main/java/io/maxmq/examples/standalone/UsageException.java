package io.maxmq.examples.standalone;

import java.io.Serial;

/** An invalid command line. Its message is one line for the operator. */
final class UsageException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    /** With the message of what the broker refused. */
    UsageException(RuntimeException refusal) {
        super(refusal.getMessage(), refusal);
    }
}
