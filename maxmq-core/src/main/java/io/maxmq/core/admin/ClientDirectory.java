package io.maxmq.core.admin;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.engine.PendingQueries;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.ClientQuery;
import io.maxmq.spi.admin.ClientView;
import io.maxmq.spi.admin.Clients;
import io.maxmq.spi.admin.Page;
import io.maxmq.spi.auth.AuthenticationResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** The connected clients: a connection is found by its session. Thread-safe. */
final class ClientDirectory implements Clients {
    private final List<LoopAssembly> loops;
    private final PendingQueries answers;

    ClientDirectory(List<LoopAssembly> loops, PendingQueries answers) {
        this.loops = loops;
        this.answers = answers;
    }

    @Override
    public long count() {
        return loops.stream()
                .mapToLong(each -> each.loop().counters().value(Counter.CLIENTS))
                .sum();
    }

    @Override
    public CompletionStage<Page<ClientView>> query(ClientQuery query) {
        SessionCursor from = SessionCursor.parse(query.cursor(), loops.size());
        return answers.ask(
                answer -> SessionWalk.begin(loops, from, new SessionPage<>(query, Views::client, answer), answer));
    }

    @Override
    public CompletionStage<Optional<ClientView>> find(Tenant tenant, String clientId) {
        SessionKey key = new SessionKey(tenant, clientId);
        LoopAssembly at = LoopAssembly.of(loops, key);
        return answers.ask(answer -> at.loop().execute(() -> {
            Session session = at.sessions().find(key);
            answer.complete(Optional.ofNullable(session == null ? null : Views.client(session)));
        }));
    }

    @Override
    public CompletionStage<Boolean> disconnect(Tenant tenant, String clientId, ReasonCode reason, String detail) {
        if (!reason.allowedIn(PacketType.DISCONNECT, false)) {
            throw new IllegalArgumentException(
                    "reason must be one that a server's DISCONNECT may carry: reason=" + reason);
        }
        SessionKey key = new SessionKey(tenant, clientId);
        return end(key, sessions -> sessions.disconnect(key, reason, detail));
    }

    @Override
    public CompletionStage<Boolean> redirect(
            Tenant tenant, String clientId, String serverReference, boolean permanent) {
        AuthenticationResult.Redirected to = AuthenticationResult.redirected(serverReference, permanent);
        SessionKey key = new SessionKey(tenant, clientId);
        return end(key, sessions -> sessions.redirect(key, to.serverReference(), to.permanent()));
    }

    private CompletionStage<Boolean> end(SessionKey key, Predicate<LoopSessions> ending) {
        LoopAssembly at = LoopAssembly.of(loops, key);
        return answers.ask(answer -> at.loop().execute(() -> {
            boolean connected = ending.test(at.sessions());
            // Behind what the connection has put into the loop's queue to end itself.
            at.loop().execute(() -> answer.complete(connected));
        }));
    }
}
