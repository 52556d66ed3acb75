package io.maxmq.core.session;

import io.maxmq.spi.ClientInfo;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The user that owns a session or sends a CONNECT: the user name that an authenticator verified, or else the user name
 * that CONNECT claims. A claimed name gives no rights of the user of that name; it keeps unauthenticated clients from
 * each other's sessions. Immutable.
 *
 * @param name null for none
 * @param claimed whether no authenticator verified the name; false without a name
 */
public record SessionOwner(@Nullable String name, boolean claimed) {
    /** Without a user name. */
    static final SessionOwner NONE = new SessionOwner(null, false);

    /** Effect of a CONNECT on the existing session of its client id. */
    enum Use {
        /** The CONNECT resumes the session, or ends it by a clean start. */
        RESUMES,
        /** The CONNECT ends the session and creates a new one. */
        REPLACES,
        /** The broker refuses the CONNECT and leaves the session unchanged. */
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

    /** Returns the user whose session quota includes the session; null for none. */
    @Nullable
    String user() {
        return claimed ? null : name;
    }

    /**
     * Returns the effect of a CONNECT of this client on a session of this owner. The names must be equal. A client that
     * only claims the name does not get the session of the verified user; a verified user does not inherit the session
     * of a client that claimed the name.
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
