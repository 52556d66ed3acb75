package io.maxmq.api.call;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations by their id in the contract. Not thread-safe while it is filled. */
public final class Operations {
    private final Map<String, Operation> byId = new LinkedHashMap<>();

    /** Creates an empty registry. */
    public Operations() {}

    /**
     * Adds the code of an operation.
     *
     * @throws IllegalArgumentException when the id is in use
     */
    public Operations add(String id, Operation operation) {
        if (byId.putIfAbsent(id, operation) != null) {
            throw new IllegalArgumentException("duplicate operation: id=" + id);
        }
        return this;
    }

    /** Returns the code of an operation; null without one. */
    public @Nullable Operation find(String id) {
        return byId.get(id);
    }

    /** Returns the ids of all operations. */
    public Set<String> ids() {
        return byId.keySet();
    }
}
