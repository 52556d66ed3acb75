package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.ClientView;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.Page;
import java.util.Set;

/** The connected clients of some users, found page by page. Thread-safe. */
final class ClientsOfUsers {
    private static final int PAGE = 1000;

    private final Clients clients;
    private final Set<String> users;

    ClientsOfUsers(Clients clients, Set<String> users) {
        this.clients = clients;
        this.users = users;
    }

    /** Ends their connections, soon. */
    void disconnect() {
        disconnect(ClientQuery.all().limit(PAGE));
    }

    private void disconnect(ClientQuery query) {
        var unused = clients.query(query).thenAccept(page -> disconnect(query, page));
    }

    private void disconnect(ClientQuery query, Page<ClientView> page) {
        for (ClientView each : page.items()) {
            if (each.client().username().filter(users::contains).isPresent()) {
                var unused = clients.disconnect(
                        each.client().tenant(),
                        each.client().clientId(),
                        ReasonCode.NOT_AUTHORIZED,
                        "the user's password has changed");
            }
        }
        page.next().ifPresent(next -> disconnect(query.after(next)));
    }
}
