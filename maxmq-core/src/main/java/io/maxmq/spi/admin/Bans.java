package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * The bans of a broker. A connection from a banned address is closed when it is accepted. A client with a banned client
 * id or user name gets CONNACK 0x8A (MQTT 3: 5); the broker checks before authentication, and again after
 * authentication has changed a name. At most {@value #MAX_BANS} at a time. With storage, bans outlive a restart. Only
 * the broker implements it. Thread-safe; no method blocks.
 *
 * <p>Stages complete on an event loop or a thread of the store, where dependent actions must not block. They complete
 * exceptionally with {@link IllegalStateException} when the broker closes first, and with {@link
 * java.util.concurrent.RejectedExecutionException} while 1024 requests are pending.
 *
 * @since 0.1.0
 */
@Stable
public interface Bans {
    /** The maximum number of bans. */
    int MAX_BANS = 100_000;

    /**
     * Adds a ban, or replaces the ban of the same value. In force at once; connected clients stay connected, see {@link
     * #disconnect}.
     *
     * @return completes when it is stored; exceptionally with {@link IllegalStateException} when there are too many
     *     bans, or with a {@code StorageException}: then the ban is in force until the broker stops
     */
    CompletionStage<Void> add(Ban ban);

    /** Adds a ban for a duration from now on, by the broker's clock. */
    CompletionStage<Void> add(Ban ban, Duration lasting);

    /**
     * Ends the ban of this kind, tenant and value.
     *
     * @return whether there was one; completes when it is removed from storage
     */
    CompletionStage<Boolean> remove(Ban ban);

    /** Returns a page of the bans in force, by kind, tenant and value. */
    CompletionStage<Page<Ban>> query(BanQuery query);

    /**
     * Closes the connections that match the ban, even if it was not added: DISCONNECT 0x98 to an MQTT 5.0 client, a
     * plain close to an older one. Sessions and wills are treated as by {@link Clients#disconnect}.
     *
     * @return the number of connections
     */
    CompletionStage<Integer> disconnect(Ban ban);
}
