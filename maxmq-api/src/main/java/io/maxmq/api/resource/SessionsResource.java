package io.maxmq.api.resource;

import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Reasons;
import io.maxmq.api.call.Slice;
import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.MessagePage;
import io.maxmq.spi.admin.MessageQuery;
import io.maxmq.spi.admin.Page;
import io.maxmq.spi.admin.Sessions;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.intercept.SubscriptionRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The sessions with their messages and subscriptions. Thread-safe. */
final class SessionsResource {
    private final Sessions sessions;

    SessionsResource(BrokerContext broker) {
        this.sessions = broker.sessions();
    }

    void addTo(Operations operations) {
        operations
                .add("listSessions", this::list)
                .add("getSession", this::get)
                .add("purgeSession", this::purge)
                .add("purgeSessions", this::purgeAll)
                .add("topSessions", this::top)
                .add("listQueued", call -> messages(call, sessions::queued))
                .add("listInFlight", call -> messages(call, sessions::inFlight))
                .add("putSubscription", this::subscribe)
                .add("deleteSubscription", this::unsubscribe);
    }

    private CompletionStage<ApiAnswer> list(ApiCall call) {
        String prefix = call.query("prefix").orElse("");
        return CompletableFuture.completedFuture(new ApiAnswer.Pages(
                (limit, cursor) -> sessions.query(new ClientQuery(call.tenant(), prefix, limit, cursor))
                        .thenApply(page -> Slice.of(page, ViewJson::session))));
    }

    private CompletionStage<ApiAnswer> get(ApiCall call) {
        String clientId = call.path("clientId");
        return sessions.find(call.tenant(), clientId)
                .thenApply(found -> ApiAnswer.of(ViewJson.session(ViewJson.found(found, "session", clientId))));
    }

    private CompletionStage<ApiAnswer> purge(ApiCall call) {
        String clientId = call.path("clientId");
        return sessions.purge(call.tenant(), clientId)
                .thenApply(wasThere -> Answers.doneIf(wasThere, "session", clientId));
    }

    private CompletionStage<ApiAnswer> purgeAll(ApiCall call) {
        boolean dryRun = call.flag("dryRun");
        List<String> ids = call.object().getJsonArray("clientIds").stream()
                .map(String::valueOf)
                .distinct()
                .toList();
        CompletionStage<Integer> count = CompletableFuture.completedFuture(0);
        for (String id : ids) {
            count = count.thenCompose(sum -> (dryRun
                            ? sessions.find(call.tenant(), id).thenApply(found -> found.isPresent())
                            : sessions.purge(call.tenant(), id))
                    .thenApply(wasThere -> wasThere ? sum + 1 : sum));
        }
        return count.thenApply(
                matched -> ApiAnswer.of(new JsonObject().put("matched", matched).put("purged", dryRun ? 0 : matched)));
    }

    private CompletionStage<ApiAnswer> top(ApiCall call) {
        return sessions.topMemoryConsumers(call.number("limit", Page.DEFAULT_LIMIT))
                .thenApply(top ->
                        new ApiAnswer.Items(top.stream().map(ViewJson::session).toList()));
    }

    private static CompletionStage<ApiAnswer> messages(
            ApiCall call, Function<MessageQuery, CompletionStage<MessagePage>> source) {
        PayloadForm form = PayloadForm.of(call, PayloadForm.Kind.NONE);
        String clientId = call.path("clientId");
        return CompletableFuture.completedFuture(new ApiAnswer.Pages((limit, cursor) -> source.apply(
                        new MessageQuery(call.tenant(), clientId, form.isWanted(), limit, cursor))
                .thenApply(page -> new Slice(
                        page.items().stream()
                                .map(each -> ViewJson.message(each, form))
                                .toList(),
                        page.next(),
                        new JsonObject().put("notShown", page.notShown())))));
    }

    private CompletionStage<ApiAnswer> subscribe(ApiCall call) {
        JsonObject options = call.object();
        SubscriptionRequest request = new SubscriptionRequest(
                call.path("filter"),
                QoS.of(options.getInteger("qos", 0)),
                options.getBoolean("noLocal", false),
                options.getBoolean("retainAsPublished", false),
                RetainHandling.valueOf(options.getString("retainHandling", RetainHandling.SEND_AT_SUBSCRIBE.name())),
                options.getBoolean("queued", true));
        return sessions.subscribe(call.tenant(), call.path("clientId"), request).thenApply(granted -> {
            if (granted.isError()) {
                throw Answers.refused(granted);
            }
            return ApiAnswer.of(new JsonObject().put("reasonCode", Reasons.json(granted)));
        });
    }

    private CompletionStage<ApiAnswer> unsubscribe(ApiCall call) {
        String filter = call.path("filter");
        return sessions.unsubscribe(call.tenant(), call.path("clientId"), filter)
                .thenApply(wasThere -> Answers.doneIf(wasThere, "subscription", filter));
    }
}
