package io.maxmq.auth;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.FileWatch;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Reloadable;
import io.maxmq.spi.Stable;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Access control lists: rules in an order, of which the first that is about a client, what it does and the topic decides. {@code
 * MaxMQ.builder().authorizer(Acl.at(path))}, or {@code Acl.of(AclRule.allow("devices/${clientid}/#"), …)}.
 *
 * <p><b>What no rule is about</b> is left to the next authorizer, and denied when there is none.
 *
 * <p><b>The file</b> is UTF-8 text with a rule on each line, as {@link AclRule} says; lines that are blank or begin with {@code #} are
 * none. There are no comments behind a rule, since {@code #} is a filter as well.
 *
 * <pre>
 *   # each device has its own topics; operators see them all, but what is secret is delivered to nobody
 *   allow all       topic=devices/${clientid}/#
 *   deny  receive   topic=devices/+/secret
 *   allow subscribe attribute.role=operator topic=devices/# topic=$SYS/#
 *   # a user's client ids begin with its name; other users cannot take them
 *   allow connect   clientid=${username}-*
 *   allow publish   user=clock address=10.0.0.0/8 qos=0,1 retain=no topic="wall clock"
 * </pre>
 *
 * A file that is not there, has a line that is no rule, or has no rule at all refuses the broker's start, with an
 * {@link AccessFileException} that names the line. The file is looked at all the time; within a second after it has changed it is in
 * force. A changed file that can't be understood is reported, as a {@code PluginFailed}, and the one before stays in force.
 *
 * <p><b>Subscriptions:</b> a filter is a set of topics. It is allowed when one rule allows all of them and no rule in front of that
 * denies any of them, unless a rule in front of that one allows all that it denies: with {@code deny subscribe topic=a/secret} and
 * behind it {@code allow subscribe topic=a/#}, {@code a/b} may be subscribed to, and neither {@code a/#} nor {@code +/secret}. So
 * a subscription never brings what may not be subscribed to by its name. Let the whole be subscribed to and deny {@link
 * AclRight#RECEIVE} for a part, and the rest of it is delivered. {@code $share/NAME/} is no part of the filter.
 *
 * <p><b>Client ids:</b> without a rule about {@code connect} a client may connect with every client id. With a rule that allows it, a
 * client id needs such a rule, also the one that the broker assigns ({@code clientid=auto-*}): what no rule is about is left to the next
 * authorizer, and denied when there is none. Rules that only deny {@code connect} leave the other client ids allowed. A client of another
 * user then cannot take a client id before its owner comes: {@code allow connect clientid=${username}-*}, where no user name has {@code -}
 * in it, else the user {@code a} has the client ids of the user {@code a-b} too. The denial is CONNACK 0x87 (MQTT 3: 5).
 *
 * <p><b>After a change of the rules</b> connections end whose client id is no longer allowed, and subscriptions that are no longer allowed end, see {@link Authorizer}; those of a session
 * whose client is away when it comes back. What waits by them is not sent.
 *
 * <p><b>Topics that begin with {@code $}</b> are matched by filters only that do so themselves, as in MQTT; to {@code $SYS/#}
 * nobody subscribes without a rule that says so. To publish there the broker has to be told besides, see {@code Capabilities}.
 *
 * <p><b>Names in filters</b> ({@code ${clientid}} and the others) are put in as they are, for one level or a part of one. A client
 * whose name is missing or empty, or has {@code /}, {@code +}, {@code #} or U+0000 in it, is allowed nothing by such a rule, and
 * is denied whatever is in the name's place; so is one whose name would begin the topic with {@code $}. {@code ${cert.cn}} is the
 * attribute of that name, which an authenticator notes.
 *
 * <p><b>Cost:</b> a decision is remembered per client and topic ({@link Authorizer}), so a rule costs once. Rules are looked up by the
 * user or client id that they name, or by their first level: long lists cost little when their rules name one of these. Deliveries
 * cost something only when a rule denies {@link AclRight#RECEIVE}.
 *
 * <p>With a file, one object serves one broker, which starts and stops it. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public final class Acl implements Authorizer, Extension, Reloadable {
    /** Null when the rules are given by the program. */
    private final @Nullable Path file;

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** What is in force; null before the file has been read. */
    private volatile @Nullable AclRules rules;

    /** Null while no broker has been started with the file. */
    private volatile @Nullable FileWatch watch;

    private volatile @Nullable Logger log;
    private volatile Registration watching = Registration.NONE;

    private Acl(@Nullable Path file, @Nullable AclRules rules) {
        this.file = file;
        this.rules = rules;
    }

    /** Of this file, which is read when the broker starts. */
    public static Acl at(Path file) {
        return new Acl(file, null);
    }

    /** Of these rules. Without any it decides nothing. */
    public static Acl of(AclRule... rules) {
        return of(List.of(rules));
    }

    /** Of these rules. */
    public static Acl of(List<AclRule> rules) {
        return new Acl(null, new AclRules(rules));
    }

    /**
     * Other rules from now on. What was decided by those of before is forgotten, and subscriptions that these do not allow end.
     *
     * @throws IllegalStateException when the rules are in a file
     */
    public void replace(List<AclRule> newRules) {
        if (file != null) {
            throw new IllegalStateException("the rules are in a file: " + file);
        }
        inForce(new AclRules(newRules));
    }

    @Override
    public Optional<String> source() {
        return Optional.ofNullable(file).map(each -> "ACL file " + each);
    }

    /**
     * Reads the file now. Blocks.
     *
     * @throws AccessFileException when it can't be understood; then what was read before stays in force
     * @throws IllegalStateException when there is no file, or no broker runs
     */
    @Override
    public synchronized void reload() {
        if (file == null || watch == null) {
            throw new IllegalStateException(
                    file == null ? "the rules are not in a file" : "the ACL file's broker does not run: " + file);
        }
        AclRules read = new AclRules(AclFile.read(file));
        say(read);
        inForce(read);
    }

    private void say(@Nullable AclRules read) {
        if (read != null && log != null) {
            log.info("{} rules in {}", read.size(), file);
        }
    }

    private void inForce(AclRules read) {
        rules = read;
        listeners.forEach(Runnable::run);
    }

    @Override
    public String name() {
        return "Acl";
    }

    @Override
    public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
        AclRules present = rules;
        return (present == null ? Authorization.deniedOnce() : present.decide(client, action)).stage();
    }

    /** Whether a rule denies {@link AclRight#RECEIVE}. */
    @Override
    public boolean authorizesReceive() {
        AclRules present = rules;
        return present != null && present.deniesReceive();
    }

    /** Whether a rule is about {@link AclRight#CONNECT}. */
    @Override
    public boolean authorizesConnect() {
        AclRules present = rules;
        return present != null && present.decidesConnect();
    }

    /**
     * For the broker, which calls it before anything is to be decided: reads the file.
     *
     * @throws AccessFileException when the file can't be used
     */
    @Override
    public Registration onChange(Runnable changed) {
        if (file != null) {
            if (watch != null) {
                throw new IllegalStateException("one ACL file serves one broker: " + file);
            }
            watch = new FileWatch(List.of(file), this::reload);
            rules = new AclRules(AclFile.read(file));
        }
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    /** For the broker: looks after the file from now on. */
    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        FileWatch begun = watch;
        if (begun != null) {
            log = LoggerFactory.getLogger("io.maxmq." + context.brokerName() + ".auth");
            say(rules);
            watching = begun.start(context.timers());
        }
        return CompletableFuture.completedFuture(null);
    }

    /** For the broker. */
    @Override
    public CompletionStage<Void> stop() {
        watching.close();
        return CompletableFuture.completedFuture(null);
    }
}
