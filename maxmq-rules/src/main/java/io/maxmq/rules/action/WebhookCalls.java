package io.maxmq.rules.action;

import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkHealth;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.spi.Registration;
import io.maxmq.spi.extension.BrokerContext;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The requests of one webhook. Thread-safe: several calls may be under way. */
final class WebhookCalls {
    /**
     * The settings of requests.
     *
     *
     * @param format null for one record in each body
     */
    record Settings(
            URI url,
            Map<String, String> headers,
            WebhookSink.@Nullable Format format,
            Duration deadline,
            int maxBodyBytes,
            AddressGuard guard,
            @Nullable SSLContext tls) {}

    /** Statuses about the request's credentials or URL and not about a record: 401, 403, 404 and 407. */
    private static final Set<Integer> REFUSED_SENDERS = Set.of(401, 403, 404, 407);

    /** Statuses of a gateway without a service behind it: 502, 503 and 504. */
    private static final Set<Integer> NO_SERVICE = Set.of(502, 503, 504);

    private static final byte[] NO_BYTES = {};

    private final Settings settings;
    private final BrokerContext broker;
    private final HttpRequest.Builder request;
    private volatile @Nullable HttpClient client;

    WebhookCalls(Settings settings, BrokerContext broker) {
        this.settings = settings;
        this.broker = broker;
        boolean secure = "https".equals(settings.url().getScheme());
        HttpClient.Builder builder = HttpClient.newBuilder()
                .executor(this::execute)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(secure ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.deadline());
        SSLContext tls = settings.tls();
        this.client = (tls == null ? builder : builder.sslContext(tls)).build();
        this.request = HttpRequest.newBuilder(settings.url()).timeout(settings.deadline());
        settings.headers().forEach(request::setHeader);
    }

    /** The client's own small tasks. It must not be refused them, or it tells standard error. */
    private void execute(Runnable task) {
        try {
            broker.workers().execute(task);
        } catch (RejectedExecutionException | IllegalStateException e) {
            task.run();
        }
    }

    /** One request after the other: a body is bounded, and without a format each record has its own. */
    CompletionStage<BatchResult> write(SinkBatch batch) {
        List<RecordResult> results = new ArrayList<>(batch.size());
        return from(batch, 0, results);
    }

    private CompletionStage<BatchResult> from(SinkBatch batch, int first, List<RecordResult> results) {
        int at = first;
        while (at < batch.size() && batch.records().get(at).json().length > settings.maxBodyBytes()) {
            results.add(RecordResult.reject("longer than " + settings.maxBodyBytes() + " bytes"));
            at++;
        }
        if (at == batch.size()) {
            return CompletableFuture.completedFuture(new BatchResult(results));
        }
        int start = at;
        int end = settings.format() == null ? at + 1 : endOfBody(batch, at);
        List<SinkRecord> records = batch.records().subList(start, end);
        return post(records).thenCompose(result -> {
            records.forEach(each -> results.add(result));
            if (result instanceof RecordResult.Retry || result instanceof RecordResult.Unavailable) {
                // The records behind wait too, so that the order stays.
                while (results.size() < batch.size()) {
                    results.add(RecordResult.notTried());
                }
            }
            return from(batch, results.size(), results);
        });
    }

    private int endOfBody(SinkBatch batch, int start) {
        long bytes = 2;
        int end = start;
        while (end < batch.size()) {
            bytes += batch.records().get(end).json().length + 1L;
            if (end > start && bytes > settings.maxBodyBytes()) {
                break;
            }
            end++;
        }
        return end;
    }

    private CompletionStage<RecordResult> post(List<SinkRecord> records) {
        HttpClient present = client;
        if (present == null) {
            return CompletableFuture.completedFuture(RecordResult.retry("closed"));
        }
        String problem = settings.guard().problem(settings.url().getHost());
        if (problem != null) {
            return CompletableFuture.completedFuture(RecordResult.reject(problem));
        }
        HttpRequest.Builder post = request.copy()
                .setHeader("Idempotency-Key", key(records))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body(records)));
        if (!settings.headers().keySet().stream().anyMatch("Content-Type"::equalsIgnoreCase)) {
            post.setHeader(
                    "Content-Type",
                    settings.format() == WebhookSink.Format.LINES ? "application/x-ndjson" : "application/json");
        }
        return send(present, post.build()).handle(WebhookCalls::understood);
    }

    private CompletableFuture<HttpResponse<Void>> send(HttpClient through, HttpRequest what) {
        CompletableFuture<HttpResponse<Void>> sent = through.sendAsync(what, head -> new IgnoredBody());
        // The request's own timeout ends with the head of the answer.
        Registration late = broker.timers().after(settings.deadline(), () -> sent.cancel(true));
        var unused = sent.whenComplete((answer, failure) -> late.close());
        return sent;
    }

    private static RecordResult understood(@Nullable HttpResponse<Void> response, @Nullable Throwable failure) {
        if (response == null) {
            return RecordResult.retry(why(failure));
        }
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return RecordResult.ok();
        } else if (REFUSED_SENDERS.contains(status)) {
            return RecordResult.unavailable("status " + status);
        } else if (status == 408 || status == 425 || status == 429 || status >= 500) {
            return RecordResult.retry(retryAfter(response), "status " + status);
        } else if (status >= 300 && status < 400) {
            return RecordResult.reject("status " + status + ", and redirects are not followed");
        }
        return RecordResult.reject("status " + status);
    }

    private static String why(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause == null ? "no answer" : cause.toString();
    }

    /** Seconds only; a date would be by the service's clock. An hour at most. */
    private static Duration retryAfter(HttpResponse<Void> response) {
        String text = response.headers().firstValue("Retry-After").orElse("");
        return text.matches("\\d{1,4}") ? Duration.ofSeconds(Math.min(3600, Integer.parseInt(text))) : Duration.ZERO;
    }

    private static String key(List<SinkRecord> records) {
        if (records.size() == 1) {
            return printable(records.get(0).id());
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (SinkRecord each : records) {
                digest.update(each.id().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK has SHA-256", e);
        }
    }

    /** A client id may hold what a header may not. */
    private static String printable(String id) {
        StringBuilder text = new StringBuilder(id.length());
        id.chars().forEach(c -> text.append(c > ' ' && c < 127 ? (char) c : '_'));
        return text.toString();
    }

    private byte[] body(List<SinkRecord> records) {
        if (settings.format() == null) {
            return records.get(0).json();
        }
        boolean array = settings.format() == WebhookSink.Format.ARRAY;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (array) {
            body.write('[');
        }
        for (int i = 0; i < records.size(); i++) {
            if (array && i > 0) {
                body.write(',');
            }
            body.writeBytes(records.get(i).json());
            if (!array) {
                body.write('\n');
            }
        }
        body.writeBytes(array ? new byte[] {']'} : NO_BYTES);
        return body.toByteArray();
    }

    /** Asks by HEAD. Any answer shows a service, also one that HEAD is not allowed or not implemented; a record then shows the rest. */
    CompletionStage<SinkHealth> probe() {
        HttpClient present = client;
        if (present == null) {
            return CompletableFuture.completedFuture(SinkHealth.down("closed"));
        }
        String problem = settings.guard().problem(settings.url().getHost());
        if (problem != null) {
            return CompletableFuture.completedFuture(SinkHealth.down(problem));
        }
        HttpRequest head = request.copy()
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();
        return send(present, head).handle((response, failure) -> {
            if (response == null) {
                return SinkHealth.down(why(failure));
            }
            int status = response.statusCode();
            return NO_SERVICE.contains(status) ? SinkHealth.down("status " + status) : SinkHealth.up();
        });
    }

    void close() {
        HttpClient present = client;
        client = null;
        // From JDK 21 on; before, its thread ends when it is collected as garbage.
        if (present instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("the HTTP client has not closed", e);
            }
        }
    }
}
