package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCounted;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the Netty version at run time. Another library or a version list such as Spring Boot 3's may have replaced
 * some or all of Netty's jars by an older version, which would appear as a missing class at the first start or at the
 * first client.
 *
 * <p>Reads the versions from the manifests or the module descriptors of Netty's jars, which the JVM has loaded already.
 * The version of a repackaged jar is unknown and is not checked.
 */
final class NettyVersion {
    /** Equals the version in the pom. */
    static final String BUILT_WITH = "4.2.18.Final";

    private static final String LINE = "4.2.";

    private NettyVersion() {}

    /**
     * Checks each required jar and loads its first classes.
     *
     * @throws IllegalStateException if a jar belongs to another release line; the message names the versions found and
     *     the remedy
     */
    static void check() {
        check(List.of(
                found("netty-common", ReferenceCounted.class),
                found("netty-buffer", ByteBuf.class),
                found("netty-transport", Channel.class),
                found("netty-transport-classes-epoll", Epoll.class)));
    }

    /**
     * Checks the jar that TLS needs in addition.
     *
     * @throws NoClassDefFoundError if the jar is missing
     */
    static void checkTls() {
        check(List.of(found("netty-handler", SslHandler.class)));
    }

    static void check(List<Found> jars) {
        List<Found> others = new ArrayList<>();
        for (Found jar : jars) {
            if (jar.version() != null && !jar.version().startsWith(LINE)) {
                others.add(jar);
            }
        }
        if (!others.isEmpty()) {
            throw new IllegalStateException(advice(others.toString()));
        }
    }

    /**
     * Explains a missing class or method although the versions seemed right. Returns the error itself if it does not
     * concern Netty.
     */
    static Throwable explain(LinkageError error) {
        String missing = String.valueOf(error.getMessage());
        return missing.contains("io/netty/") || missing.contains("io.netty.")
                ? new IllegalStateException(advice("an incomplete version: " + error), error)
                : error;
    }

    private static String advice(String found) {
        return "MaxMQ needs Netty 4.2 and is built with " + BUILT_WITH + ", but found " + found
                + ": set the property netty.version to " + BUILT_WITH
                + " (with spring-boot-starter-parent), or import io.netty:netty-bom:" + BUILT_WITH
                + " before all other version lists";
    }

    private static Found found(String artifact, Class<?> type) {
        Module module = type.getModule();
        if (module.isNamed()) {
            return new Found(artifact, module.getDescriptor().rawVersion().orElse(null));
        }
        Package jar = type.getPackage();
        String title = jar.getImplementationTitle();
        // In a jar with several libraries the implementation version belongs to another library.
        return new Found(artifact, title != null && title.startsWith("Netty/") ? jar.getImplementationVersion() : null);
    }

    /**
     * A Netty jar.
     *
     * @param version null if unknown
     */
    record Found(String artifact, @Nullable String version) {
        @Override
        public String toString() {
            return artifact + " " + version;
        }
    }
}
