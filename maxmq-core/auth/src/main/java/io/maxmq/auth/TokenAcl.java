package io.maxmq.auth;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a token lets its owner do: {@code {"pub": ["a/+"], "sub": ["a/#"], "all": ["b"]}}, of topic filters. Noted as two
 * attributes of the client, with a line for each filter, so that it holds for its session also after a restart. Immutable and
 * thread-safe.
 */
final class TokenAcl implements Authorizer {
    private static final String PUBLISH = JwtRules.ATTRIBUTE + "acl.pub";
    private static final String SUBSCRIBE = JwtRules.ATTRIBUTE + "acl.sub";
    private static final int MAX_FILTERS = 200;
    private static final int MAX_CHARACTERS = 16_384;

    /**
     * What to note of the claim.
     *
     * @throws IllegalArgumentException when it cannot be understood; nothing of it counts then
     */
    static Map<String, String> attributes(@Nullable Object claim) {
        if (!(claim instanceof Map<?, ?> acl)) {
            throw new IllegalArgumentException("has an access list that is no object");
        }
        List<String> publish = new ArrayList<>();
        List<String> subscribe = new ArrayList<>();
        for (Map.Entry<?, ?> each : acl.entrySet()) {
            String kind = String.valueOf(each.getKey());
            if (!kind.equals("pub") && !kind.equals("sub") && !kind.equals("all")) {
                throw new IllegalArgumentException("has an access list with other parts than pub, sub and all");
            }
            List<String> filters = filters(each.getValue());
            if (!kind.equals("sub")) {
                publish.addAll(filters);
            }
            if (!kind.equals("pub")) {
                subscribe.addAll(filters);
            }
        }
        Map<String, String> attributes = new HashMap<>();
        attributes.put(PUBLISH, lines(publish));
        attributes.put(SUBSCRIBE, lines(subscribe));
        return attributes;
    }

    private static List<String> filters(@Nullable Object value) {
        if (!(value instanceof Collection<?> list)) {
            throw new IllegalArgumentException("has an access list with a part that is no list");
        }
        List<String> filters = new ArrayList<>();
        for (Object each : list) {
            if (!(each instanceof String filter)
                    || filter.chars().anyMatch(Character::isISOControl)
                    || filter.startsWith("$share/")
                    || TopicFilter.parse(filter) == null) {
                throw new IllegalArgumentException("has an access list with what is no topic filter");
            }
            filters.add(filter);
        }
        return filters;
    }

    private static String lines(List<String> filters) {
        String lines = String.join("\n", filters);
        if (filters.size() > MAX_FILTERS || lines.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("has an access list that is too long");
        }
        return lines;
    }

    @Override
    public String name() {
        return "JwtAuthenticator";
    }

    @Override
    public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
        return decide(client.attributes(), action).stage();
    }

    private static Authorization decide(Map<String, String> attributes, Action action) {
        if (action instanceof Action.Publish publish) {
            return decide(attributes.get(PUBLISH), filter -> filter.matches(publish.topic()));
        }
        if (action instanceof Action.Will will) {
            return decide(attributes.get(PUBLISH), filter -> filter.matches(will.topic()));
        }
        if (action instanceof Action.Receive receive) {
            return decide(attributes.get(SUBSCRIBE), filter -> filter.matches(receive.topic()));
        }
        if (action instanceof Action.Subscribe subscribe) {
            TopicFilter asked = TopicFilter.parse(subscribe.filter());
            return decide(attributes.get(SUBSCRIBE), filter -> asked != null && filter.covers(asked));
        }
        return Authorization.next();
    }

    private static Authorization decide(@Nullable String lines, Predicate<TopicFilter> allows) {
        if (lines == null) {
            return Authorization.next();
        }
        for (String line : lines.split("\n")) {
            TopicFilter filter = TopicFilter.parse(line);
            if (filter != null && allows.test(filter)) {
                return Authorization.allowed();
            }
        }
        return Authorization.denied();
    }
}
