package io.maxmq.core.session;

import io.maxmq.spi.ClientInfo;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The user whom a session belongs to, or who sends a CONNECT: the name that an authenticator vouches for, or else the name that CONNECT
 * claims. A claimed name gives no rights of the user of that name; it keeps clients that no authenticator knows from each other's
 * sessions. Immutable.
 *
 * @param name null for none
 * @param claimed whether no authenticator vouches for the name; false without a name
 */
public record SessionOwner(@Nullable String name, boolean claimed) {
    /** Without a user name. */
    static final SessionOwner NONE = new SessionOwner(null, false);

    /** What a CONNECT does with the session of its client id. */
    enum Use {
        /** It resumes the session, or ends it by a clean start. */
        RESUMES,
        /** It ends the session and begins another one. */
        REPLACES,
        /** The broker refuses it, and the session stays as it is. */
        REFUSED
    }

    public SessionOwner {
        claimed = claimed && name != null;
    }

    static SessionOwner of(ClientInfo client) {
        String proven = client.username().orElse(null);
        return proven != null
                ? new SessionOwner(proven, false)
                : new SessionOwner(client.claimedUsername().orElse(null), true);
    }

    /** The user that the session counts for; null for none. */
    @Nullable
    String user() {
        return claimed ? null : name;
    }

    /**
     * What a CONNECT of this client does with a session of this owner. The names must be equal. A client that only claims the name
     * does not get what the user of that name has; that user does not inherit what a client that claimed the name has left.
     */
    Use useBy(SessionOwner client) {
        if (!Objects.equals(name, client.name)) {
            return Use.REFUSED;
        }
        if (claimed == client.claimed) {
            return Use.RESUMES;
        }
        return claimed ? Use.REPLACES : Use.REFUSED;
    }
}
