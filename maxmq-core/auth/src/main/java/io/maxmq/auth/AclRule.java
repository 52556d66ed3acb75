package io.maxmq.auth;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Stable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One rule of an {@link Acl}: whether certain clients may do certain things with certain topics. {@code
 * AclRule.allow("sensors/#", AclRight.PUBLISH).user("alice")}. Each condition narrows it to clients or actions for which the
 * condition holds; of values given to the same condition one is enough. Immutable: each method gives another rule.
 *
 * <p><b>Connecting</b> has rules of its own, which have patterns for client ids in place of topics: {@code
 * AclRule.allowConnect("${username}-*").anonymous(false)}. A client may then have only a client id that such a rule allows; see {@link Acl}.
 *
 * <p><b>As a line</b> of a file, which {@link #parse} reads and {@link #toString} writes: {@code allow publish user=alice
 * topic=sensors/#}. The verdict, {@code allow} or {@code deny}; the rights with commas between them, {@code publish}, {@code will},
 * {@code subscribe}, {@code receive}, or {@code all} for publishing and subscribing, or {@code connect} alone; then conditions and topics as {@code key=value},
 * in any order. A value with a space or a quotation mark in it stands in quotation marks, where a backslash stands before a quotation
 * mark or a backslash that is meant.
 *
 * <table>
 * <caption>Keys of a line</caption>
 * <tr><td>{@code topic}</td><td>a topic filter; once or more. Names that it may hold: {@code ${clientid}}, {@code ${username}},
 *     {@code ${cert.cn}}, {@code ${tenant}}, {@code ${attribute.NAME}}</td></tr>
 * <tr><td>{@code clientid}</td><td>of {@code connect}, in place of {@code topic}: a client id, in which {@code *} stands for any
 *     characters and the names are those of {@code topic} but {@code ${clientid}}; once or more, or not at all for every client id</td></tr>
 * <tr><td>{@code user}, {@code client}, {@code tenant}, {@code listener}</td><td>exactly that name; a user name that no
 * authenticator vouches for never matches</td></tr>
 * <tr><td>{@code anonymous}</td><td>{@code yes} for clients without a proven user name, {@code no} for those with one</td></tr>
 * <tr><td>{@code address}</td><td>an IP address, or a range as {@code 10.0.0.0/8}</td></tr>
 * <tr><td>{@code attribute.NAME}</td><td>what an authenticator has noted</td></tr>
 * <tr><td>{@code qos}</td><td>{@code 0}, {@code 1}, {@code 2}, or several with commas: what is published or asked for with that
 *     QoS</td></tr>
 * <tr><td>{@code retain}</td><td>{@code yes} or {@code no}: what is published with or without RETAIN</td></tr>
 * <tr><td>{@code shared}</td><td>{@code yes} or {@code no}: shared subscriptions, or those that are not</td></tr>
 * </table>
 *
 * @since 0.1.0
 */
@Stable
public final class AclRule {
    private final boolean allows;
    private final Set<AclRight> rights;
    private final List<FilterTemplate> topics;

    /** Of a rule about connecting; empty for every client id. */
    private final List<ClientIdPattern> clientIds;

    private final AclClients who;
    private final @Nullable Set<QoS> qos;
    private final @Nullable Boolean retain;
    private final @Nullable Boolean shared;

    private AclRule(
            boolean allows,
            Set<AclRight> rights,
            List<FilterTemplate> topics,
            List<ClientIdPattern> clientIds,
            AclClients who,
            @Nullable Set<QoS> qos,
            @Nullable Boolean retain,
            @Nullable Boolean shared) {
        this.allows = allows;
        this.rights = rights;
        this.topics = topics;
        this.clientIds = clientIds;
        this.who = who;
        this.qos = qos;
        this.retain = retain;
        this.shared = shared;
    }

    /**
     * Allows it, to everybody unless narrowed.
     *
     * @param topicFilter with names as in {@code devices/${clientid}/#}
     * @param rights what it allows; none for all, publishing and subscribing
     * @throws IllegalArgumentException when the filter is none
     */
    public static AclRule allow(String topicFilter, AclRight... rights) {
        return of(true, Arrays.asList(rights), topicFilter);
    }

    /** As {@link #allow}, but denies it. */
    public static AclRule deny(String topicFilter, AclRight... rights) {
        return of(false, Arrays.asList(rights), topicFilter);
    }

    static AclRule of(boolean allows, List<AclRight> rights, String topicFilter) {
        EnumSet<AclRight> all =
                rights.isEmpty() ? EnumSet.of(AclRight.PUBLISH, AclRight.SUBSCRIBE) : EnumSet.copyOf(rights);
        if (all.contains(AclRight.CONNECT)) {
            throw new IllegalArgumentException("a rule about connect has no topic: topic=" + topicFilter
                    + "; use allowConnect or denyConnect, in a file clientid");
        }
        return new AclRule(
                allows, all, List.of(FilterTemplate.of(topicFilter)), List.of(), AclClients.ANYBODY, null, null, null);
    }

    /**
     * Allows connecting with these client ids, to everybody unless narrowed.
     *
     * @param clientIds patterns: {@code *} stands for any characters, also for none; names as in {@code ${username}-*}, but not {@code
     *     ${clientid}}. No pattern for every client id
     * @throws IllegalArgumentException when a pattern is empty or has an unknown name
     */
    public static AclRule allowConnect(String... clientIds) {
        return connect(true, Arrays.asList(clientIds));
    }

    /** As {@link #allowConnect}, but denies it. */
    public static AclRule denyConnect(String... clientIds) {
        return connect(false, Arrays.asList(clientIds));
    }

    static AclRule connect(boolean allows, List<String> clientIds) {
        List<ClientIdPattern> patterns =
                clientIds.stream().map(ClientIdPattern::of).toList();
        return new AclRule(
                allows, EnumSet.of(AclRight.CONNECT), List.of(), patterns, AclClients.ANYBODY, null, null, null);
    }

    /**
     * Reads a line, as the class comment says.
     *
     * @throws IllegalArgumentException when it is none; says why
     */
    public static AclRule parse(String line) {
        return AclLine.parse(line);
    }

    /** Is about these topics too. */
    public AclRule topic(String topicFilter) {
        requireTopics("topic");
        List<FilterTemplate> more = new ArrayList<>(topics);
        more.add(FilterTemplate.of(topicFilter));
        return new AclRule(allows, rights, List.copyOf(more), clientIds, who, qos, retain, shared);
    }

    private void requireTopics(String what) {
        if (rights.contains(AclRight.CONNECT)) {
            throw new IllegalArgumentException(what + " is not for connect: have another rule for the other rights");
        }
    }

    /** For clients of this user, whose name an authenticator vouches for. */
    public AclRule user(String username) {
        return who(who.withUser(username));
    }

    /** For the client of this id. */
    public AclRule client(String clientId) {
        return who(who.withClient(clientId));
    }

    /** For clients without a proven user name, or for those with one. */
    public AclRule anonymous(boolean anonymous) {
        return who(who.withAnonymous(anonymous));
    }

    /** For clients of this tenant. */
    public AclRule tenant(String name) {
        return who(who.withTenant(name));
    }

    /** For clients of the listener of this name. */
    public AclRule listener(String name) {
        return who(who.withListener(name));
    }

    /**
     * For clients at these addresses; a client that has no IP address is at none.
     *
     * @param range an IP address, or a range as {@code 10.0.0.0/8}
     * @throws IllegalArgumentException when it is none
     */
    public AclRule address(String range) {
        return who(who.withAddress(Cidr.parse(range)));
    }

    /** For clients of which an authenticator has noted that. */
    public AclRule attribute(String name, String value) {
        return who(who.withAttribute(name, value));
    }

    private AclRule who(AclClients narrowed) {
        return new AclRule(allows, rights, topics, clientIds, narrowed, qos, retain, shared);
    }

    /**
     * About what is published or subscribed with one of these QoS.
     *
     * @throws IllegalArgumentException when there is none, or the rule is about receiving
     */
    public AclRule qos(QoS... values) {
        requireTopics("qos");
        if (values.length == 0) {
            throw new IllegalArgumentException("qos must have a value");
        }
        if (rights.contains(AclRight.RECEIVE)) {
            throw new IllegalArgumentException("qos is not for receive: have another rule for that");
        }
        return new AclRule(
                allows, rights, topics, clientIds, who, EnumSet.copyOf(Arrays.asList(values)), retain, shared);
    }

    /** As {@link #qos}, for all up to this. */
    public AclRule maxQos(QoS highest) {
        return qos(Arrays.stream(QoS.values())
                .filter(each -> each.compareTo(highest) <= 0)
                .toArray(QoS[]::new));
    }

    /**
     * About what is published with RETAIN, or without.
     *
     * @throws IllegalArgumentException when the rule is about more than publishing
     */
    public AclRule retain(boolean retained) {
        requireTopics("retain");
        if (rights.contains(AclRight.SUBSCRIBE) || rights.contains(AclRight.RECEIVE)) {
            throw new IllegalArgumentException("retain is for publish and will only: have another rule for the others");
        }
        return new AclRule(allows, rights, topics, clientIds, who, qos, retained, shared);
    }

    /**
     * About shared subscriptions, or about those that are not.
     *
     * @throws IllegalArgumentException when the rule is about more than subscribing
     */
    public AclRule shared(boolean isShared) {
        if (rights.size() > 1 || !rights.contains(AclRight.SUBSCRIBE)) {
            throw new IllegalArgumentException("shared is for subscribe only: have another rule for the others");
        }
        return new AclRule(allows, rights, topics, clientIds, who, qos, retain, isShared);
    }

    // ---- for the list

    boolean allows() {
        return allows;
    }

    AclClients who() {
        return who;
    }

    List<FilterTemplate> topics() {
        return topics;
    }

    boolean isAbout(AclRight right) {
        return rights.contains(right) || (right == AclRight.WILL && rights.contains(AclRight.PUBLISH));
    }

    boolean isAboutPublish(AclRight right, QoS asked, boolean retained) {
        return isAbout(right) && isAboutQos(asked) && (retain == null || retain == retained);
    }

    boolean isAboutSubscribe(QoS asked, boolean isShared) {
        return isAbout(AclRight.SUBSCRIBE) && isAboutQos(asked) && (shared == null || shared == isShared);
    }

    /** Whether it is about connecting with the client's id. */
    boolean isAboutConnect(ClientInfo client) {
        return isAbout(AclRight.CONNECT)
                && (clientIds.isEmpty() || clientIds.stream().anyMatch(each -> each.matches(client, allows)));
    }

    private boolean isAboutQos(QoS asked) {
        return qos == null || qos.contains(asked);
    }

    boolean isFor(ClientInfo client) {
        return who.includes(client);
    }

    // ---- as text

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof AclRule other && toString().equals(other.toString());
    }

    @Override
    public int hashCode() {
        return Objects.hash(toString());
    }

    /** As a line of a file. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(allows ? "allow " : "deny ");
        line.append(rightsText());
        who.appendTo(line);
        if (qos != null) {
            line.append(" qos=")
                    .append(qos.stream()
                            .map(each -> String.valueOf(each.code()))
                            .collect(Collectors.joining(",")));
        }
        if (retain != null) {
            line.append(" retain=").append(retain ? "yes" : "no");
        }
        if (shared != null) {
            line.append(" shared=").append(shared ? "yes" : "no");
        }
        for (ClientIdPattern each : clientIds) {
            line.append(" clientid=").append(AclLine.quoted(each.toString()));
        }
        for (FilterTemplate each : topics) {
            line.append(" topic=").append(AclLine.quoted(each.toString()));
        }
        return line.toString();
    }

    private String rightsText() {
        boolean isAll = rights.equals(EnumSet.of(AclRight.PUBLISH, AclRight.SUBSCRIBE));
        return isAll
                ? "all"
                : rights.stream()
                        .map(each -> each.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(","));
    }
}
