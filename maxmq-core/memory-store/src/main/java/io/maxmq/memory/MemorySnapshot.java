package io.maxmq.memory;

import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.Table;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** The states that the partitions had. Thread-safe. */
final class MemorySnapshot implements Snapshot {

    private final Partitions partitions;
    private final Executor executor;

    /** By partition; empty after the close, so that a closed snapshot keeps no states. */
    private volatile List<PartitionState> states;

    private final List<Long> versions;
    private final Set<Table> tables;

    MemorySnapshot(Partitions partitions, List<PartitionState> states, Executor executor) {
        this.partitions = partitions;
        this.executor = executor;
        this.states = List.copyOf(states);
        versions = states.stream().map(PartitionState::version).toList();
        tables = states.stream()
                .flatMap(state -> state.tables().keySet().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Partitions partitions() {
        return partitions;
    }

    @Override
    public long version(int partition) {
        return versions.get(partitions.check(partition));
    }

    @Override
    public Set<Table> tables() {
        return tables;
    }

    @Override
    public Cursor scan(Scan scan) {
        int partition = partitions.check(scan.partition());
        List<PartitionState> now = states;
        PartitionState state = now.isEmpty() ? PartitionState.EMPTY : now.get(partition);
        return new MemoryCursor(scan, () -> state, () -> states.isEmpty(), executor);
    }

    @Override
    public void close() {
        states = List.of();
    }
}
