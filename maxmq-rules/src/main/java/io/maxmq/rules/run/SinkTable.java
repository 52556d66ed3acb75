package io.maxmq.rules.run;

import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.BrokerContext;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.MetricsSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * The sinks of an engine: those that have been given a name stay, others go with the last rule that writes to them. Guarded by the
 * lock of {@link Engine}.
 */
final class SinkTable {
    private static final long START_SECONDS = 10;

    private static final class Place {
        final SinkRunner runner;
        final boolean stays;
        int users;
        List<Registration> metrics = List.of();

        Place(SinkRunner runner, boolean stays) {
            this.runner = runner;
            this.stays = stays;
        }
    }

    private final Map<String, Place> byName = new LinkedHashMap<>();
    private final Map<Sink, Place> bySink = new IdentityHashMap<>();
    private @Nullable BrokerContext broker;
    private @Nullable MemoryAccount memory;
    private Logger log = NOPLogger.NOP_LOGGER;

    /** Starts those that are there. */
    void start(BrokerContext context, MemoryAccount account, Logger logger) {
        log = logger;
        broker = context;
        memory = account;
        for (Place each : byName.values()) {
            start(each);
        }
    }

    private void start(Place place) {
        BrokerContext context = broker;
        MemoryAccount account = memory;
        if (context == null || account == null) {
            return; // with the broker
        }
        String name = place.runner.name();
        try {
            place.runner.start(context, account, log).toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw cause instanceof IllegalArgumentException wrong
                    ? wrong
                    : new IllegalStateException("sink " + name + " failed to start: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IllegalStateException("sink " + name + " did not start within " + START_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sink " + name + " started", e);
        }
        place.metrics = metrics(context.metrics(), place.runner);
    }

    private static List<Registration> metrics(MetricsSink sink, SinkRunner runner) {
        Map<String, String> tags = Map.of("sink", runner.name());
        return List.of(
                sink.counter(
                        "maxmq.rules.sink.written",
                        "Records that the sink has taken",
                        tags,
                        () -> runner.status().written()),
                sink.counter(
                        "maxmq.rules.sink.retried",
                        "Records that the sink has put off",
                        tags,
                        () -> runner.status().retried()),
                sink.counter(
                        "maxmq.rules.sink.rejected",
                        "Records that are dead letters",
                        tags,
                        () -> runner.status().rejected()),
                sink.counter(
                        "maxmq.rules.sink.discarded",
                        "Records that the full buffer has dropped",
                        tags,
                        () -> runner.status().discarded()),
                sink.gauge(
                        "maxmq.rules.sink.waiting",
                        "Records that wait for the sink",
                        tags,
                        () -> runner.status().waiting()),
                sink.gauge("maxmq.rules.sink.up", "1 while the sink takes records", tags, runner::upOrDown));
    }

    /** Gives a sink a name, and has it stay. */
    void add(String name, Sink sink, Buffering buffering) {
        if (byName.containsKey(name)) {
            throw new IllegalArgumentException("sink is there already: name=" + name);
        }
        if (bySink.containsKey(sink)) {
            throw new IllegalArgumentException("one sink object has one name: name=" + name + ", other="
                    + runner(sink).name());
        }
        put(new Place(new SinkRunner(name, sink, buffering), true));
    }

    private SinkRunner runner(Sink sink) {
        Place place = bySink.get(sink);
        assert place != null;
        return place.runner;
    }

    private void put(Place place) {
        start(place);
        byName.put(place.runner.name(), place);
        bySink.put(place.runner.sink(), place);
    }

    /**
     * The sinks of a rule, each with one user more. All or none.
     *
     * @throws IllegalArgumentException when a name is none
     */
    List<SinkRunner> take(Plan plan) {
        List<SinkRunner> taken = new ArrayList<>();
        try {
            for (Sink each : plan.sinks()) {
                Place place = bySink.get(each);
                if (place == null) {
                    place = new Place(new SinkRunner(freeName(each.name()), each, each.buffering()), false);
                    put(place);
                }
                place.users++;
                taken.add(place.runner);
            }
            for (String each : plan.sinkNames()) {
                Place place = byName.get(each);
                if (place == null) {
                    throw new IllegalArgumentException("no sink has this name: name=" + each + ", rule=" + plan.id());
                }
                place.users++;
                taken.add(place.runner);
            }
            return taken;
        } catch (RuntimeException e) {
            release(taken);
            throw e;
        }
    }

    private String freeName(String wanted) {
        String name = wanted;
        for (int i = 2; byName.containsKey(name); i++) {
            name = wanted + "-" + i;
        }
        return name;
    }

    /** One user less of each. What nobody uses any more brings away what waits, and is closed then. */
    void release(List<SinkRunner> runners) {
        for (SinkRunner each : runners) {
            Place place = byName.get(each.name());
            if (place != null && --place.users == 0 && !place.stays) {
                byName.remove(each.name());
                bySink.remove(each.sink());
                var unused = each.drain().whenComplete((nothing, failure) -> close(place));
            }
        }
    }

    private void close(Place place) {
        place.metrics.forEach(Registration::close);
        var unused = place.runner.close().whenComplete((nothing, failure) -> {
            if (failure != null) {
                log.warn("sink {} failed to close", place.runner.name(), failure);
            }
        });
    }

    /** Has all bring away what waits, until then; then closes them. */
    void close(long untilNanos) {
        List<CompletableFuture<Void>> draining = new ArrayList<>();
        for (Place each : byName.values()) {
            draining.add(each.runner.drain().toCompletableFuture());
        }
        for (CompletableFuture<Void> each : draining) {
            await(each, untilNanos);
        }
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (Place each : byName.values()) {
            each.metrics.forEach(Registration::close);
            closing.add(each.runner.close().toCompletableFuture());
        }
        for (CompletableFuture<Void> each : closing) {
            await(each, Math.max(untilNanos, System.nanoTime() + TimeUnit.SECONDS.toNanos(1)));
        }
    }

    private void await(CompletableFuture<Void> stage, long untilNanos) {
        try {
            stage.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            log.debug("a sink has not finished in time");
        } catch (ExecutionException e) {
            log.warn("a sink failed to close", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All, by name. */
    Map<String, SinkStatus> statuses() {
        Map<String, SinkStatus> statuses = new HashMap<>();
        byName.forEach((name, place) -> statuses.put(name, place.runner.status()));
        return statuses;
    }

    /** The sink of this name; null when there is none. */
    @Nullable
    SinkRunner named(String name) {
        Place place = byName.get(name);
        return place == null ? null : place.runner;
    }
}
