package io.maxmq.auth;

import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The clients that a rule is for: those that each condition holds for, and one value of it is enough. Immutable.
 *
 * @param users empty for all, as the others
 * @param anonymous null when that does not matter
 */
record AclClients(
        Set<String> users,
        Set<String> clients,
        Set<String> tenants,
        Set<String> listeners,
        List<Cidr> addresses,
        Map<String, Set<String>> attributes,
        @Nullable Boolean anonymous) {
    static final AclClients ANYBODY = new AclClients(Set.of(), Set.of(), Set.of(), Set.of(), List.of(), Map.of(), null);

    AclClients withUser(String user) {
        return new AclClients(with(users, user, "user"), clients, tenants, listeners, addresses, attributes, anonymous);
    }

    AclClients withClient(String client) {
        return new AclClients(
                users, with(clients, client, "client"), tenants, listeners, addresses, attributes, anonymous);
    }

    AclClients withTenant(String tenant) {
        return new AclClients(
                users, clients, with(tenants, tenant, "tenant"), listeners, addresses, attributes, anonymous);
    }

    AclClients withListener(String listener) {
        return new AclClients(
                users, clients, tenants, with(listeners, listener, "listener"), addresses, attributes, anonymous);
    }

    AclClients withAddress(Cidr range) {
        List<Cidr> more = Stream.concat(addresses.stream(), Stream.of(range)).toList();
        return new AclClients(users, clients, tenants, listeners, more, attributes, anonymous);
    }

    AclClients withAttribute(String name, String value) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == '=' || c == ' ' || c == '\t')) {
            throw new IllegalArgumentException("attribute must have a name without = and spaces: name=" + name);
        }
        Map<String, Set<String>> more = new LinkedHashMap<>(attributes);
        more.put(name, with(attributes.getOrDefault(name, Set.of()), value, "attribute." + name));
        return new AclClients(users, clients, tenants, listeners, addresses, more, anonymous);
    }

    AclClients withAnonymous(boolean without) {
        return new AclClients(users, clients, tenants, listeners, addresses, attributes, without);
    }

    /** An empty value would be one that nobody has meant. */
    private static Set<String> with(Set<String> values, String value, String key) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(key + " must not be empty");
        }
        Set<String> more = new LinkedHashSet<>(values);
        more.add(value);
        return more;
    }

    boolean includes(ClientInfo client) {
        String user = client.username().orElse(null);
        return (users.isEmpty() || (user != null && users.contains(user)))
                && (clients.isEmpty() || clients.contains(client.clientId()))
                && (anonymous == null || anonymous == (user == null))
                && (tenants.isEmpty() || tenants.contains(client.tenant().name()))
                && (listeners.isEmpty() || listeners.contains(client.listener()))
                && (addresses.isEmpty() || isAtOneOf(client))
                && (attributes.isEmpty() || hasEach(client.attributes()));
    }

    private boolean isAtOneOf(ClientInfo client) {
        for (Cidr each : addresses) {
            if (each.contains(client.remoteAddress())) {
                return true;
            }
        }
        return false;
    }

    private boolean hasEach(Map<String, String> noted) {
        for (Map.Entry<String, Set<String>> each : attributes.entrySet()) {
            String value = noted.get(each.getKey());
            if (value == null || !each.getValue().contains(value)) {
                return false;
            }
        }
        return true;
    }

    /** As conditions of a line, each with a space before it. */
    void appendTo(StringBuilder line) {
        append(line, "user", users);
        append(line, "client", clients);
        if (anonymous != null) {
            line.append(anonymous ? " anonymous=yes" : " anonymous=no");
        }
        append(line, "tenant", tenants);
        append(line, "listener", listeners);
        append(line, "address", addresses.stream().map(Cidr::toString).collect(Collectors.toList()));
        attributes.forEach((name, values) -> append(line, AclLine.ATTRIBUTE + name, values));
    }

    private static void append(StringBuilder line, String key, Iterable<String> values) {
        for (String value : values) {
            line.append(' ').append(key).append('=').append(AclLine.quoted(value));
        }
    }
}
