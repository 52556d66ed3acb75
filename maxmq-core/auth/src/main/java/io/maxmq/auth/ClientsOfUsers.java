package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.ClientView;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.Page;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.Collectors;

/** The connected clients of some users, found tenant by tenant and page by page. Thread-safe. */
final class ClientsOfUsers {
    private static final int PAGE = 1000;

    private final Clients clients;
    private final Set<TenantUser> users;

    ClientsOfUsers(Clients clients, Set<TenantUser> users) {
        this.clients = clients;
        this.users = users;
    }

    /** Ends their connections, soon. */
    void disconnect() {
        Set<Tenant> tenants = users.stream().map(TenantUser::tenant).collect(Collectors.toSet());
        disconnectNext(tenants.iterator());
    }

    /** One tenant after the other: the questions under way are bounded. */
    private void disconnectNext(Iterator<Tenant> tenants) {
        if (tenants.hasNext()) {
            disconnect(ClientQuery.all().tenant(tenants.next()).limit(PAGE), tenants);
        }
    }

    private void disconnect(ClientQuery query, Iterator<Tenant> tenants) {
        var unused = clients.query(query).whenComplete((page, failure) -> {
            if (page != null) {
                disconnect(page);
            }
            if (page != null && page.next().isPresent()) {
                disconnect(query.after(page.next().get()), tenants);
            } else {
                disconnectNext(tenants);
            }
        });
    }

    private void disconnect(Page<ClientView> page) {
        for (ClientView each : page.items()) {
            Tenant tenant = each.client().tenant();
            if (each.client()
                    .username()
                    .filter(name -> users.contains(new TenantUser(tenant, name)))
                    .isPresent()) {
                var unused = clients.disconnect(
                        tenant, each.client().clientId(), ReasonCode.NOT_AUTHORIZED, "the user's password has changed");
            }
        }
    }
}
