package io.maxmq.spi.admin;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The clients that are connected. Only the broker implements it. Thread-safe; nothing here blocks.
 *
 * <p>Answers come on an event loop, where dependent actions must not block: hand longer work to another thread. They
 * complete exceptionally with {@link IllegalStateException} when the broker closes first, and with
 * {@link java.util.concurrent.RejectedExecutionException} when 1024 questions are under way.
 *
 * @since 0.1.0
 */
@Stable
public interface Clients {

    /** How many are connected, of all tenants. Costs a read per event loop; may lag a little. */
    long count();

    /**
     * A page of them, in no particular order. One that is connected from the first page to the last is given once; one that
     * comes or goes meanwhile may be given or not.
     *
     * <p><b>Cost:</b> looks at each session until the page is full, also at those that the query leaves out; after 1000 of
     * them it lets the event loop do its other work first.
     *
     * @throws IllegalArgumentException when the cursor is none of this broker's
     */
    CompletionStage<Page<ClientView>> query(ClientQuery query);

    /** {@link #find(Tenant, String)} in the default tenant. */
    default CompletionStage<Optional<ClientView>> find(String clientId) {
        return find(Tenant.DEFAULT, clientId);
    }

    /** The client of this id; empty when it is not connected. */
    CompletionStage<Optional<ClientView>> find(Tenant tenant, String clientId);

    /** {@link #disconnect(Tenant, String, ReasonCode, String)} with 0x98 (Administrative action), in the default tenant. */
    default CompletionStage<Boolean> disconnect(String clientId) {
        return disconnect(Tenant.DEFAULT, clientId, ReasonCode.ADMINISTRATIVE_ACTION, "");
    }

    /** {@link #disconnect(Tenant, String, ReasonCode, String)} in the default tenant. */
    default CompletionStage<Boolean> disconnect(String clientId, ReasonCode reason) {
        return disconnect(Tenant.DEFAULT, clientId, reason, "");
    }

    /**
     * Ends a client's connection: DISCONNECT with the reason to an MQTT 5.0 client, a plain close to an older one. Its session
     * stays as long as its expiry says, and its will is published as after any close that the client did not ask for (§3.1.2.5).
     * The event is a {@code ClientDisconnected} by {@code ADMINISTRATOR}.
     *
     * @param reason one that a server's DISCONNECT may carry (§3.14.2.1)
     * @param detail for the client's people, as Reason String if the client wants them; may be empty
     * @return whether it was connected; completes when its session has let go of the connection
     * @throws IllegalArgumentException when DISCONNECT may not carry the reason
     */
    CompletionStage<Boolean> disconnect(Tenant tenant, String clientId, ReasonCode reason, String detail);

    /** {@link #redirect(Tenant, String, String, boolean)} in the default tenant. */
    default CompletionStage<Boolean> redirect(String clientId, String serverReference, boolean permanent) {
        return redirect(Tenant.DEFAULT, clientId, serverReference, permanent);
    }

    /**
     * Ends a client's connection as {@link #disconnect(Tenant, String, ReasonCode, String)} does, and tells an MQTT 5.0 client
     * where to connect: DISCONNECT 0x9C or 0x9D with the Server Reference (§4.11). An older client is not told.
     *
     * @param serverReference host names, with ports if need be, separated by spaces
     * @param permanent whether it is to remember that
     * @return whether it was connected; completes when its session has let go of the connection
     * @throws IllegalArgumentException when {@code serverReference} is blank, or no string that MQTT allows
     */
    CompletionStage<Boolean> redirect(Tenant tenant, String clientId, String serverReference, boolean permanent);
}
