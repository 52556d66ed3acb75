package io.maxmq.api.http;

import io.maxmq.api.call.Problem;
import io.maxmq.api.call.Reasons;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.storage.StorageException;
import io.vertx.openapi.validation.ValidatorException;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Translates exceptions and statuses to problems. Never tells internals. Stateless. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final int RETRY_SECONDS = 1;

    private Problems() {}

    static Problem of(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Problem problem) {
            return problem;
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof ValidatorException invalid) {
            return invalid(invalid, message);
        }
        if (cause instanceof PublishRefusedException refused) {
            return Problem.of(422, "refused", message).with(Map.of("reasonCode", Reasons.json(refused.reasonCode())));
        }
        if (cause instanceof IllegalArgumentException) {
            return Problem.badRequest("invalid-value", message);
        }
        if (cause instanceof NoSuchElementException) {
            return Problem.notFound(message);
        }
        if (cause instanceof RejectedExecutionException) {
            return Problem.of(503, "busy", "the broker has too many pending requests; retry later")
                    .retryAfter(RETRY_SECONDS);
        }
        if (cause instanceof StorageException) {
            return Problem.of(503, "storage-failed", "the storage refused the change: " + message);
        }
        if (cause instanceof IllegalStateException) {
            return Problem.of(503, "closing", "the broker is closing");
        }
        LOG.warn("An operation of the API failed", cause);
        return Problem.of(500, "internal-error", "the operation failed; the log of the broker has the cause");
    }

    private static Problem invalid(ValidatorException invalid, String message) {
        Throwable cause = invalid.getCause();
        String more = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return Problem.badRequest("invalid-request", message + more);
    }

    static Problem ofStatus(int status, @Nullable Throwable cause) {
        return switch (status) {
            case 500 -> of(cause == null ? new AssertionError("a failure without a cause") : cause);
            case 400 -> Problem.badRequest("invalid-request", "the request is malformed");
            case 404 -> Problem.of(404, "no-route", "there is no such path");
            case 405 -> Problem.of(405, "method-not-allowed", "the path does not have this method");
            case 408 -> Problem.of(408, "timeout", "the request did not arrive in time");
            case 413 -> Problem.of(413, "body-too-large", "the body exceeds the limit");
            case 414 -> Problem.of(414, "target-too-long", "the request line exceeds the limit");
            case 417 -> Problem.of(417, "expectation-failed", "only 100-continue can be expected");
            case 431 -> Problem.of(431, "head-too-large", "the headers exceed the limit");
            default -> cause == null ? Problem.of(status, "error", "the request failed") : of(cause);
        };
    }
}
