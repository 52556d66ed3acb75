package io.maxmq.spi;

/**
 * The default name of a plug-in: the simple name of its class. A lambda or an anonymous class has no name of its own, and the
 * JVM's name for a lambda changes with each run: such a plug-in is named after the interface and the class that contains it,
 * {@code RateLimiter in Main}. Stateless.
 *
 * @since 0.1.0
 */
@Internal
public final class PluginName {
    private PluginName() {}

    /**
     * Names a plug-in.
     *
     * @param plugin the object that the application gave the broker
     * @param kind the interface through which the broker calls it
     */
    public static String of(Object plugin, Class<?> kind) {
        Class<?> type = plugin.getClass();
        if (!type.isHidden() && !type.isSynthetic() && !type.isAnonymousClass()) {
            return type.getSimpleName();
        }
        String whole = type.getName();
        String outer = whole.substring(whole.lastIndexOf('.', Math.max(0, whole.indexOf('$'))) + 1);
        int end = outer.indexOf('$');
        return kind.getSimpleName() + " in " + (end > 0 ? outer.substring(0, end) : outer);
    }
}
