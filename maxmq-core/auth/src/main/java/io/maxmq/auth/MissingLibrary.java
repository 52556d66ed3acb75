package io.maxmq.auth;

/** Says which artifact to add. Stateless. */
final class MissingLibrary {
    private MissingLibrary() {}

    /** @throws IllegalStateException when Bouncy Castle is missing */
    static void require(String what, Runnable use) {
        require(what, "Bouncy Castle", "org.bouncycastle:bcprov-jdk18on", "org.bouncycastle.provider", use);
    }

    /** @throws IllegalStateException when the runtime has been made without this module of the JDK, or it is not resolved */
    static void requireModule(String what, String module, Runnable use) {
        try {
            use.run();
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    what + " needs the JDK's module " + module + ": add it to the runtime, or with --add-modules", e);
        }
    }

    /**
     * Runs {@code use}, which loads the library.
     *
     * @throws IllegalStateException when it is missing
     */
    static void require(String what, String library, String artifact, String module, Runnable use) {
        try {
            use.run();
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    what + " needs " + library + ": add " + artifact + ", as a module " + module, e);
        }
    }
}
