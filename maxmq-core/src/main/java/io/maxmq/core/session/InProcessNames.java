package io.maxmq.core.session;

/** What sessions of the application are called; no network client may have a client id that begins so. */
public final class InProcessNames {
    /** Begins the client id of a session of the application; its name follows. */
    public static final String PREFIX = "$in-process/";

    /** Begins the name of one that has none; a name may not. */
    public static final String UNNAMED = "#";

    /** What stands for the listener that such a client came by. */
    public static final String LISTENER = "in-process";

    private InProcessNames() {}

    /** Whether only the application may have this client id. */
    public static boolean isReserved(String clientId) {
        return clientId.startsWith(PREFIX);
    }
}
