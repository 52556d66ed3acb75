package io.maxmq.core.admin;

import io.maxmq.core.connection.Connections;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.limit.BanList;
import io.maxmq.core.observe.Events;
import io.maxmq.core.persistence.BanRecord;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.Tables;
import io.maxmq.spi.Clock;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.BanQuery;
import io.maxmq.spi.admin.Bans;
import io.maxmq.spi.admin.Page;
import io.maxmq.spi.event.BrokerEvent.BanAdded;
import io.maxmq.spi.storage.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** The bans: the list that connections are checked against, and what storage has of it. Thread-safe. */
public final class BanDirectory implements Bans {
    private final BanList list;
    private final @Nullable Persistence persistence;
    private final List<LoopAssembly> loops;
    private final Connections connections;
    private final Events events;
    private final Clock clock;
    private final PendingQueries answers;

    /** Held while the list is changed and storage is told, so that both see changes of one ban in one order. */
    private final Object order = new Object();

    public BanDirectory(
            BanList list,
            @Nullable Persistence persistence,
            List<LoopAssembly> loops,
            Connections connections,
            Events events,
            Clock clock,
            PendingQueries answers) {
        this.list = list;
        this.persistence = persistence;
        this.loops = loops;
        this.connections = connections;
        this.events = events;
        this.clock = clock;
        this.answers = answers;
    }

    /** Reads what storage has, and forgets what is over. Blocks; before the listeners open. */
    public static void recover(Persistence from, BanList list, long nowEpochMillis, Logger log) {
        from.readAll(
                Tables.BAN,
                entry -> {
                    Ban ban = BanRecord.read(entry);
                    if (ban.isOver(nowEpochMillis)) {
                        var unused = from.store().commit(BanRecord.delete(ban));
                    } else if (!list.add(ban, nowEpochMillis)) {
                        log.warn("more bans than can be in force; left out: {}", ban);
                    }
                },
                log);
    }

    /**
     * Puts the configured bans {@code now} in the place of {@code before}; neither is stored.
     *
     * @throws IllegalStateException when there are too many
     */
    public void replaceConfigured(List<Ban> before, List<Ban> now) {
        long nowEpochMillis = clock.epochMillis();
        synchronized (order) {
            before.forEach(list::remove);
            for (Ban each : now) {
                if (!each.isOver(nowEpochMillis) && !list.add(each.since(nowEpochMillis), nowEpochMillis)) {
                    throw new IllegalStateException("there are " + MAX_BANS + " bans already");
                }
            }
        }
    }

    @Override
    public CompletionStage<Void> add(Ban ban) {
        Ban added = ban.since(clock.epochMillis());
        return answers.ask(answer -> {
            synchronized (order) {
                if (!list.add(added, clock.epochMillis())) {
                    throw new IllegalStateException("there are " + MAX_BANS + " bans already");
                }
                if (events.wants(BanAdded.class)) {
                    events.emit(new BanAdded(added.sinceEpochMillis(), added));
                }
                store(BanRecord.put(added), answer, null);
            }
        });
    }

    @Override
    public CompletionStage<Void> add(Ban ban, Duration lasting) {
        long now = clock.epochMillis();
        long millis = Math.max(1, lasting.toMillis());
        return add(ban.until(millis > Ban.FOREVER - now ? Ban.FOREVER : now + millis));
    }

    @Override
    public CompletionStage<Boolean> remove(Ban ban) {
        return answers.ask(answer -> {
            synchronized (order) {
                boolean known = list.remove(ban);
                store(BanRecord.delete(ban), answer, known);
            }
        });
    }

    private <T> void store(Batch change, CompletableFuture<T> answer, @Nullable T value) {
        if (persistence == null) {
            answer.complete(value);
            return;
        }
        var unused = persistence.store().commit(change).whenComplete((result, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        });
    }

    @Override
    public CompletionStage<Page<Ban>> query(BanQuery query) {
        return answers.ask(answer -> {
            List<Ban> items = new ArrayList<>();
            String last = "";
            for (Map.Entry<String, Ban> each : list.after(query.cursor().orElse(""))) {
                if (each.getValue().isOver(clock.epochMillis())) {
                    continue;
                }
                if (items.size() == query.limit()) {
                    answer.complete(new Page<>(items, Optional.of(last)));
                    return;
                }
                items.add(each.getValue());
                last = each.getKey();
            }
            answer.complete(new Page<>(items, Optional.empty()));
        });
    }

    @Override
    public CompletionStage<Integer> disconnect(Ban ban) {
        BanList only = new BanList();
        only.add(ban.until(Ban.FOREVER), 0);
        return answers.ask(answer -> {
            AtomicInteger ended = new AtomicInteger();
            AtomicInteger left = new AtomicInteger(loops.size());
            for (LoopAssembly each : loops) {
                each.loop().execute(() -> {
                    ended.addAndGet(connections.endOf(only, each.loop()));
                    if (left.decrementAndGet() == 0) {
                        answer.complete(ended.get());
                    }
                });
            }
        });
    }
}
