package io.maxmq.core.session;

/** Client ids of the application's in-process sessions. Network clients cannot use client ids with this prefix. */
public final class InProcessNames {
    /** Prefix of the client id of an in-process session; the session's name follows. */
    public static final String PREFIX = "$in-process/";

    /** Prefix of the generated name of an unnamed session; given names cannot begin with it. */
    public static final String UNNAMED = "#";

    /** Listener name that is reported for in-process clients. */
    public static final String LISTENER = "in-process";

    private InProcessNames() {}

    /** Returns whether the client id is reserved for the application. */
    public static boolean isReserved(String clientId) {
        return clientId.startsWith(PREFIX);
    }
}
