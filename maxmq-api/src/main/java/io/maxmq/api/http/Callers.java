package io.maxmq.api.http;

import io.maxmq.api.access.ApiAuthenticator;
import io.maxmq.api.access.ApiPrincipal;
import io.maxmq.api.access.ApiRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Identifies the callers of requests: by the authenticators in order, then by the keys. Thread-safe. */
final class Callers {
    private final List<ApiAuthenticator> authenticators;
    private final @Nullable KeyFile keys;

    Callers(List<ApiAuthenticator> authenticators, @Nullable KeyFile keys) {
        this.authenticators = authenticators;
        this.keys = keys;
    }

    /** Returns the caller; empty for missing or wrong credentials. */
    CompletionStage<Optional<ApiPrincipal>> identify(ApiRequest request) {
        return ask(request, 0);
    }

    private CompletionStage<Optional<ApiPrincipal>> ask(ApiRequest request, int index) {
        if (index == authenticators.size()) {
            return CompletableFuture.completedFuture(byKey(request));
        }
        return authenticators
                .get(index)
                .authenticate(request)
                .thenCompose(found ->
                        found.isPresent() ? CompletableFuture.completedFuture(found) : ask(request, index + 1));
    }

    private Optional<ApiPrincipal> byKey(ApiRequest request) {
        String credentials = request.header("Authorization").orElse("");
        int space = credentials.indexOf(' ');
        if (keys == null || space < 0) {
            return Optional.empty();
        }
        String value = credentials.substring(space + 1).strip();
        return switch (credentials.substring(0, space).toLowerCase(Locale.ROOT)) {
            case "bearer" -> split(keys, value, '.');
            case "basic" -> split(keys, decoded(value), ':');
            default -> Optional.empty();
        };
    }

    private static Optional<ApiPrincipal> split(KeyFile keys, String value, char separator) {
        int end = value.indexOf(separator);
        return end < 0 ? Optional.empty() : keys.find(value.substring(0, end), value.substring(end + 1));
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
