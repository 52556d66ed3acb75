package io.maxmq.api.http;

import io.maxmq.api.access.ApiRole;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A method of a path of the contract. Immutable.
 *
 * @param operation the id of its code, the same in the tree of tenants
 * @param id in the contract
 * @param method in upper case
 * @param path with parameters in braces
 * @param role that it needs; null for a route without authentication
 * @param tenantScoped whether it is about one tenant
 * @param audited whether calls are recorded
 * @param hasPayload whether the parameter {@code payload} asks for bytes that need the role {@code messages}
 * @param isStream whether it answers with a stream of events
 * @param hasBody whether requests have a JSON body
 * @param queryParameters names of the query's parameters
 * @param pattern of paths, percent-encoded
 */
record ContractRoute(
        String operation,
        String id,
        String method,
        String path,
        @Nullable ApiRole role,
        boolean tenantScoped,
        boolean audited,
        boolean hasPayload,
        boolean isStream,
        boolean hasBody,
        Set<String> queryParameters,
        Pattern pattern) {

    /** Returns whether the path names its tenant. */
    boolean hasTenantInPath() {
        return !id.equals(operation);
    }

    /** Returns the path as Vert.x writes it: {@code :name} for each parameter. */
    String vertxPath() {
        return path.replace('{', ':').replace("}", "");
    }
}
