package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Who may not connect. A banned address is closed when it is accepted; a banned client id or user gets CONNACK 0x8A (MQTT 3: 5), before it is
 * authenticated, and again when authentication has given it another name. At most {@value #MAX_BANS} at a time. Kept in the broker's storage
 * where it has one, so they outlive a restart. Only the broker implements it. Thread-safe; nothing here blocks.
 *
 * <p>Answers come on an event loop or a thread of the store, where dependent actions must not block. They complete exceptionally with
 * {@link IllegalStateException} when the broker closes first, and with
 * {@link java.util.concurrent.RejectedExecutionException} when 1024 questions are under way.
 *
 * @since 0.1.0
 */
@Stable
public interface Bans {
    /** As many as there can be. */
    int MAX_BANS = 100_000;

    /**
     * Bans somebody; one who is banned already is from now on as this says. In force at once; who is connected stays so, see
     * {@link #disconnect}.
     *
     * @return completes when it is stored; exceptionally with {@link IllegalStateException} when there are too many, or with a
     *     {@code StorageException}: then it is in force until the broker stops
     */
    CompletionStage<Void> add(Ban ban);

    /** The same for so long from now on, by the broker's clock. */
    CompletionStage<Void> add(Ban ban, Duration lasting);

    /**
     * Ends the ban of this kind, tenant and value.
     *
     * @return whether there was one; completes when storage has forgotten it
     */
    CompletionStage<Boolean> remove(Ban ban);

    /** A page of those that are in force, by kind, tenant and value. */
    CompletionStage<Page<Ban>> query(BanQuery query);

    /**
     * Ends the connections of those whom the ban is about, whether or not it has been added: DISCONNECT 0x98 to an MQTT 5.0 client, a plain
     * close to an older one. Sessions and wills go their ways, as with {@link Clients#disconnect}.
     *
     * @return how many
     */
    CompletionStage<Integer> disconnect(Ban ban);
}
