package io.maxmq.spi.admin;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The connected clients. Only the broker implements it. Thread-safe; no method blocks.
 *
 * <p>Stages complete on an event loop, where dependent actions must not block: pass longer work to another thread. They
 * complete exceptionally with {@link IllegalStateException} when the broker closes first, and with {@link
 * java.util.concurrent.RejectedExecutionException} while 1024 requests are pending.
 *
 * @since 0.1.0
 */
@Stable
public interface Clients {

    /** Returns the number of connected clients, of all tenants. Costs a read per event loop; may lag a little. */
    long count();

    /**
     * Returns a page of connected clients, in no particular order. A client that is connected from the first page to
     * the last appears once; one that connects or disconnects meanwhile may appear or not.
     *
     * <p><b>Cost:</b> reads each session until the page is full, including sessions that the query excludes; after
     * every 1000 sessions it yields the event loop to its other work.
     *
     * @throws IllegalArgumentException when this broker did not create the cursor
     */
    CompletionStage<Page<ClientView>> query(ClientQuery query);

    /** {@link #find(Tenant, String)} in the default tenant. */
    default CompletionStage<Optional<ClientView>> find(String clientId) {
        return find(Tenant.DEFAULT, clientId);
    }

    /** Returns the client of this id; empty when it is not connected. */
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
     * Ends a client's connection: DISCONNECT with the reason to an MQTT 5.0 client, a plain close to an older one. Its
     * session stays until its expiry, and its will is published as after any close that the client did not request
     * (§3.1.2.5). The event is a {@code ClientDisconnected} by {@code ADMINISTRATOR}.
     *
     * @param reason one that a server's DISCONNECT may carry (§3.14.2.1)
     * @param detail the Reason String, sent if the client requests problem information; may be empty
     * @return whether it was connected; completes when its session has released the connection
     * @throws IllegalArgumentException when DISCONNECT may not carry the reason
     */
    CompletionStage<Boolean> disconnect(Tenant tenant, String clientId, ReasonCode reason, String detail);

    /** {@link #redirect(Tenant, String, String, boolean)} in the default tenant. */
    default CompletionStage<Boolean> redirect(String clientId, String serverReference, boolean permanent) {
        return redirect(Tenant.DEFAULT, clientId, serverReference, permanent);
    }

    /**
     * Ends a client's connection as {@link #disconnect(Tenant, String, ReasonCode, String)} does, and sends an MQTT 5.0
     * client the server to connect to: DISCONNECT 0x9C or 0x9D with the Server Reference (§4.11). An older client gets
     * a plain close.
     *
     * @param serverReference host names, with ports if need be, separated by spaces
     * @param permanent true for 0x9D (Server moved)
     * @return whether it was connected; completes when its session has released the connection
     * @throws IllegalArgumentException when {@code serverReference} is blank, or no string that MQTT allows
     */
    CompletionStage<Boolean> redirect(Tenant tenant, String clientId, String serverReference, boolean permanent);
}
