package io.maxmq.api.resource;

import io.maxmq.api.call.ApiAnswer;
import io.maxmq.api.call.ApiCall;
import io.maxmq.api.call.Operations;
import io.maxmq.api.call.Problem;
import io.maxmq.api.call.Reasons;
import io.maxmq.api.call.Slice;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerListener;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The last ends of connections and refused connections, bounded in number and size. Thread-safe. */
final class Disconnections implements BrokerListener {
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_TEXT = 4 * 1024 * 1024;
    private static final int MAX_CLIENT_ID = 1024;
    private static final int MAX_DETAIL = 256;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long nextNumber;
    private int textLength;

    private record Entry(
            long number,
            long atEpochMillis,
            boolean wasConnected,
            Tenant tenant,
            String clientId,
            @Nullable String username,
            String remoteAddress,
            String listener,
            @Nullable String by,
            ReasonCode reasonCode,
            String detail) {

        int textLength() {
            return clientId.length() + (username == null ? 0 : username.length()) + detail.length();
        }

        JsonObject json() {
            return new JsonObject()
                    .put("at", ViewJson.instant(atEpochMillis))
                    .put("kind", wasConnected ? "DISCONNECTED" : "REFUSED")
                    .put("tenant", tenant.name())
                    .put("clientId", clientId)
                    .put("username", username)
                    .put("remoteAddress", remoteAddress)
                    .put("listener", listener)
                    .put("by", by)
                    .put("reasonCode", Reasons.json(reasonCode))
                    .put("detail", detail);
        }
    }

    void addTo(Operations operations) {
        operations.add("listDisconnections", this::list);
    }

    @Override
    public String name() {
        return "api-disconnections";
    }

    @Override
    public boolean wants(Class<? extends BrokerEvent> kind) {
        return kind == ClientDisconnected.class || kind == ConnectRefused.class;
    }

    @Override
    public synchronized void onEvent(BrokerEvent event) {
        if (event instanceof ClientDisconnected ended) {
            ClientInfo client = ended.client();
            add(new Entry(
                    nextNumber++,
                    ended.atEpochMillis(),
                    true,
                    client.tenant(),
                    cut(client.clientId(), MAX_CLIENT_ID),
                    username(Optional.of(client)),
                    ViewJson.address(client.remoteAddress()),
                    client.listener(),
                    ended.by().name(),
                    ended.reasonCode(),
                    cut(ended.detail(), MAX_DETAIL)));
        } else if (event instanceof ConnectRefused refused) {
            add(new Entry(
                    nextNumber++,
                    refused.atEpochMillis(),
                    false,
                    refused.tenant(),
                    cut(refused.clientId(), MAX_CLIENT_ID),
                    username(refused.client()),
                    ViewJson.address(refused.remoteAddress()),
                    refused.listener(),
                    null,
                    refused.reasonCode(),
                    cut(refused.detail(), MAX_DETAIL)));
        }
    }

    private static @Nullable String username(Optional<ClientInfo> client) {
        return client.flatMap(ClientInfo::username)
                .map(name -> cut(name, MAX_CLIENT_ID))
                .orElse(null);
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }

    private void add(Entry entry) {
        entries.addFirst(entry);
        textLength += entry.textLength();
        while (entries.size() > MAX_ENTRIES || textLength > MAX_TEXT) {
            textLength -= entries.removeLast().textLength();
        }
    }

    private CompletionStage<ApiAnswer> list(ApiCall call) {
        Optional<Tenant> tenant = call.onlyTenant();
        Optional<String> clientId = call.query("clientId");
        return CompletableFuture.completedFuture(new ApiAnswer.Pages(
                (limit, cursor) -> CompletableFuture.completedFuture(page(tenant, clientId, limit, before(cursor)))));
    }

    private static long before(Optional<String> cursor) {
        try {
            return cursor.isEmpty() ? Long.MAX_VALUE : Long.parseLong(cursor.get());
        } catch (NumberFormatException e) {
            throw Problem.badRequest("invalid-value", "this server did not create the cursor")
                    .field("cursor");
        }
    }

    /** The newest entries before a number. */
    private synchronized Slice page(Optional<Tenant> tenant, Optional<String> clientId, int limit, long before) {
        List<JsonObject> items = new ArrayList<>();
        long last = before;
        Iterator<Entry> newestFirst = entries.iterator();
        while (newestFirst.hasNext()) {
            Entry entry = newestFirst.next();
            boolean isSelected = entry.number < before
                    && (tenant.isEmpty() || tenant.get().equals(entry.tenant))
                    && (clientId.isEmpty() || clientId.get().equals(entry.clientId));
            if (isSelected && items.size() == limit) {
                return new Slice(items, Optional.of(String.valueOf(last)), new JsonObject());
            }
            if (isSelected) {
                items.add(entry.json());
                last = entry.number;
            }
        }
        return new Slice(items, Optional.empty(), new JsonObject());
    }
}
