package io.maxmq.auth;

/** Says which artifact to add. Stateless. */
final class MissingLibrary {
    private MissingLibrary() {}

    /** @throws IllegalStateException when Bouncy Castle is missing */
    static void require(String what, Runnable use) {
        require(what, "Bouncy Castle", "org.bouncycastle:bcprov-jdk18on", "org.bouncycastle.provider", use);
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
