package io.maxmq.api.resource;

import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Problem;
import io.maxmq.api.call.Slice;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.BanQuery;
import io.maxmq.spi.admin.Bans;
import io.maxmq.spi.extension.BrokerContext;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The bans. A caller of all tenants, on a path without a tenant, sees and changes the bans of all tenants and of addresses;
 * otherwise those of one tenant. Thread-safe.
 */
final class BansResource {
    private final Bans bans;

    BansResource(BrokerContext broker) {
        this.bans = broker.bans();
    }

    void addTo(Operations operations) {
        operations.add("listBans", this::list).add("addBan", this::add).add("removeBan", this::remove);
    }

    private CompletionStage<ApiAnswer> list(ApiCall call) {
        Optional<Tenant> only = call.onlyTenant();
        return CompletableFuture.completedFuture(new ApiAnswer.Pages((limit, cursor) -> bans.query(
                        new BanQuery(limit, cursor))
                .thenApply(page -> new Slice(
                        page.items().stream()
                                .filter(each -> only.isEmpty()
                                        || each.kind() != Ban.Kind.ADDRESS
                                                && each.tenant().equals(only.get()))
                                .map(ViewJson::ban)
                                .toList(),
                        page.next(),
                        new JsonObject()))));
    }

    private CompletionStage<ApiAnswer> add(ApiCall call) {
        JsonObject body = call.object();
        Ban ban = ban(
                        call,
                        Ban.Kind.valueOf(body.getString("kind")),
                        body.getString("value"),
                        Optional.ofNullable(body.getString("user")))
                .reason(body.getString("reason", ""));
        Long seconds = body.getLong("seconds");
        CompletionStage<Void> added = seconds == null ? bans.add(ban) : bans.add(ban, Duration.ofSeconds(seconds));
        return added.exceptionallyCompose(BansResource::tooMany)
                .thenCompose(done -> body.getBoolean("disconnect", false)
                        ? bans.disconnect(ban)
                        : CompletableFuture.completedFuture(0))
                .thenApply(count -> new ApiAnswer.Item(201, new JsonObject().put("disconnected", count)));
    }

    private static CompletionStage<Void> tooMany(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return CompletableFuture.failedFuture(
                cause instanceof IllegalStateException
                        ? Problem.of(409, "too-many-bans", "the broker holds at most " + Bans.MAX_BANS + " bans")
                        : failure);
    }

    private CompletionStage<ApiAnswer> remove(ApiCall call) {
        String value = call.required("value");
        Ban ban = ban(call, Ban.Kind.valueOf(call.required("kind")), value, call.query("user"));
        return bans.remove(ban).thenApply(wasThere -> Answers.doneIf(wasThere, "ban", value));
    }

    private static Ban ban(ApiCall call, Ban.Kind kind, String value, Optional<String> user) {
        if (kind == Ban.Kind.ADDRESS && call.onlyTenant().isPresent()) {
            throw Problem.of(403, "tenant-not-allowed", "bans of addresses are about the broker as a whole");
        }
        return new Ban(kind, call.tenant(), value, user, "", 0, Ban.FOREVER);
    }
}
