package io.maxmq.core.transport;

import java.lang.reflect.Method;

/**
 * Checks whether the JVM loads a native library without a warning on stderr. JDK 24 and later (JEP 472) warn unless
 * native access is enabled for the caller's module, by {@code --enable-native-access} or by the manifest of the
 * application's jar.
 */
final class NativeAccess {
    private static final int FIRST_RELEASE_THAT_WARNS = 24;

    private NativeAccess() {}

    static boolean isSilent() {
        if (Runtime.version().feature() < FIRST_RELEASE_THAT_WARNS) {
            return true;
        }
        try {
            // Netty's loader calls System.load from its own module. The method exists since JDK 22.
            Module loader = Class.forName(
                            "io.netty.util.internal.NativeLibraryLoader", false, NativeAccess.class.getClassLoader())
                    .getModule();
            Method isEnabled = Module.class.getMethod("isNativeAccessEnabled");
            return (boolean) isEnabled.invoke(loader);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
