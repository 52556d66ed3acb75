package io.maxmq.rules.run;

import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Registration;
import io.maxmq.spi.extension.BrokerContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * The sinks of an engine: those that have been given a name stay, others go with the last rule that writes to them, once what waits
 * has been brought away; a rule that comes with one before has it go on. Thread-safe: the table is under the lock of this, which is not
 * held while a sink starts, drains or closes. The lock of a {@link SinkRunner} may be taken within it, and not the other way round.
 */
final class SinkTable {
    private static final long START_SECONDS = 10;

    private static final class Place {
        final SinkRunner runner;
        final boolean stays;
        final CompletableFuture<Void> started = new CompletableFuture<>();

        // Guarded by the table.
        boolean isStarting;
        int users;
        /** The number of times that the last user left: tells whether a user came after the latest drain began. */
        int drains;

        List<Registration> metrics = List.of();

        Place(SinkRunner runner, boolean stays) {
            this.runner = runner;
            this.stays = stays;
        }
    }

    // Guarded by this.
    private final Map<String, Place> byName = new LinkedHashMap<>();
    private final Map<Sink, Place> bySink = new IdentityHashMap<>();
    private @Nullable BrokerContext broker;
    private @Nullable MemoryAccount memory;

    private volatile Logger log = NOPLogger.NOP_LOGGER;

    private final LossReport losses;

    SinkTable(LossReport losses) {
        this.losses = losses;
    }

    /** Starts those that are there, all at a time, and waits for them. */
    void begin(BrokerContext context, MemoryAccount account, Logger logger) {
        List<Place> all;
        synchronized (this) {
            log = logger;
            broker = context;
            memory = account;
            all = List.copyOf(byName.values());
        }
        startAll(all);
    }

    /**
     * Waits until these have started, which another of their users may have begun; before there is a broker not at all.
     *
     * @throws IllegalStateException when one fails to start
     */
    void start(List<SinkRunner> runners) {
        List<Place> places = new ArrayList<>();
        synchronized (this) {
            if (broker == null) {
                return; // with the broker
            }
            for (SinkRunner each : runners) {
                Place place = byName.get(each.name());
                if (place != null) {
                    places.add(place);
                }
            }
        }
        startAll(places);
    }

    private void startAll(List<Place> places) {
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        places.forEach(this::start);
        for (Place each : places) {
            awaitStart(each, untilNanos);
        }
    }

    private void start(Place place) {
        BrokerContext context;
        MemoryAccount account;
        synchronized (this) {
            context = broker;
            account = memory;
            if (place.isStarting || context == null || account == null) {
                return;
            }
            place.isStarting = true;
        }
        var unused = place.runner.start(context, account, log).whenComplete((nothing, failure) -> {
            if (failure == null) {
                countIn(place, context);
                place.started.complete(null);
            } else {
                place.started.completeExceptionally(failure);
            }
        });
    }

    /** One that has gone meanwhile has no metrics. */
    private synchronized void countIn(Place place, BrokerContext context) {
        if (byName.get(place.runner.name()) == place) {
            place.metrics = EngineMetrics.ofSink(context.metrics(), place.runner);
        }
    }

    private static void awaitStart(Place place, long untilNanos) {
        String name = place.runner.name();
        try {
            place.started.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e;
            while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                    && cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw cause instanceof IllegalArgumentException wrong
                    ? wrong
                    : new IllegalStateException("sink " + name + " failed to start: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IllegalStateException("sink " + name + " did not start within " + START_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sink " + name + " started", e);
        }
    }

    /** Gives a sink a name, has it stay and, where there is a broker, waits until it has started; one that has not is forgotten. */
    void add(String name, Sink sink, Buffering buffering) {
        sink.check();
        Place place;
        synchronized (this) {
            if (byName.containsKey(name)) {
                throw new IllegalArgumentException("sink is there already: name=" + name);
            }
            Place other = bySink.get(sink);
            if (other != null) {
                throw new IllegalArgumentException(
                        "one sink object has one name: name=" + name + ", other=" + other.runner.name());
            }
            place = put(new SinkRunner(name, sink, buffering, losses), true);
        }
        try {
            start(List.of(place.runner));
        } catch (RuntimeException e) {
            synchronized (this) {
                remove(place);
            }
            close(place);
            throw e;
        }
    }

    private Place put(SinkRunner runner, boolean stays) {
        Place place = new Place(runner, stays);
        byName.put(runner.name(), place);
        bySink.put(runner.sink(), place);
        return place;
    }

    private void remove(Place place) {
        byName.remove(place.runner.name());
        bySink.remove(place.runner.sink());
    }

    /**
     * Returns the sinks of a rule and counts one more user of each; {@link #start} then waits for them. All or none.
     * @throws IllegalArgumentException for an unknown sink name
     */
    synchronized List<SinkRunner> take(Plan plan) {
        for (String each : plan.sinkNames()) {
            if (!byName.containsKey(each)) {
                throw new IllegalArgumentException("no sink has this name: name=" + each + ", rule=" + plan.id());
            }
        }
        List<Place> taken = new ArrayList<>();
        for (Sink each : plan.sinks()) {
            Place place = bySink.get(each);
            taken.add(
                    place == null
                            ? put(new SinkRunner(freeName(each.name()), each, each.buffering(), losses), false)
                            : place);
        }
        for (String each : plan.sinkNames()) {
            Place place = byName.get(each);
            if (place != null) {
                taken.add(place);
            }
        }
        for (Place each : taken) {
            if (each.users++ == 0) {
                each.runner.goOn();
            }
        }
        return taken.stream().map(each -> each.runner).toList();
    }

    private String freeName(String wanted) {
        String name = wanted;
        for (int i = 2; byName.containsKey(name); i++) {
            name = wanted + "-" + i;
        }
        return name;
    }

    /** Counts one user less of each. An unused sink delivers its waiting records and is then closed. */
    void release(List<SinkRunner> runners) {
        for (SinkRunner each : runners) {
            Place place;
            int drain;
            CompletionStage<Void> drained;
            synchronized (this) {
                place = byName.get(each.name());
                if (place == null || --place.users > 0 || place.stays) {
                    continue;
                }
                drain = ++place.drains;
                drained = each.takeNoMore();
            }
            var unused = drained.whenComplete((nothing, failure) -> drained(place, drain));
            each.pump();
        }
    }

    private void drained(Place place, int drain) {
        synchronized (this) {
            if (place.users > 0 || place.drains != drain) {
                return; // a rule has come with it meanwhile
            }
            remove(place);
        }
        close(place);
    }

    private void close(Place place) {
        withdraw(place);
        var unused = place.runner.close().whenComplete((nothing, failure) -> {
            if (failure != null) {
                log.warn("sink {} failed to close", place.runner.name(), failure);
            }
        });
    }

    private void withdraw(Place place) {
        List<Registration> metrics;
        synchronized (this) {
            metrics = place.metrics;
            place.metrics = List.of();
        }
        metrics.forEach(Registration::close);
    }

    /** Lets all sinks deliver their waiting records until the deadline; then closes them. */
    void close(long untilNanos) {
        List<Place> all;
        synchronized (this) {
            all = List.copyOf(byName.values());
        }
        List<CompletableFuture<Void>> draining = new ArrayList<>();
        for (Place each : all) {
            draining.add(each.runner.takeNoMore().toCompletableFuture());
            each.runner.pump();
        }
        for (CompletableFuture<Void> each : draining) {
            await(each, untilNanos);
        }
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (Place each : all) {
            withdraw(each);
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
        Map<String, SinkRunner> runners = new HashMap<>();
        synchronized (this) {
            byName.forEach((name, place) -> runners.put(name, place.runner));
        }
        Map<String, SinkStatus> statuses = new HashMap<>();
        runners.forEach((name, runner) -> statuses.put(name, runner.status()));
        return statuses;
    }

    /** Returns the number of sinks that there are. */
    synchronized int count() {
        return byName.size();
    }

    /** Returns the number of sinks that are down. */
    synchronized int down() {
        int down = 0;
        for (Place each : byName.values()) {
            down += each.runner.isDown() ? 1 : 0;
        }
        return down;
    }

    /** The sink of this name; null without one. */
    synchronized @Nullable SinkRunner named(String name) {
        Place place = byName.get(name);
        return place == null ? null : place.runner;
    }
}
