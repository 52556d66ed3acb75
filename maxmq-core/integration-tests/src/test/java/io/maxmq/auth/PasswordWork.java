package io.maxmq.auth;

/** What a running {@link PasswordFile} has done and has to do: what time would tell, without a clock. */
public final class PasswordWork {
    private PasswordWork() {}

    /** Rounds of hashing so far. */
    public static long roundsDone(PasswordFile passwords) {
        return passwords.roundsDone();
    }

    /** Attempts that wait since their address has failed too often. */
    public static int delayedAttempts(PasswordFile passwords) {
        return passwords.delayedAttempts();
    }
}
