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
 * Whether the Netty that is there is one that the broker can work with. Another library or a list of versions, as Spring Boot 3
 * has, may have put an older one in its place, all of it or some of its jars; that would show as a missing class at the first
 * start or at the first client.
 *
 * <p>Asks what the manifests or the module descriptors of Netty's jars say, which have been read by then. Of a jar packed anew
 * nothing is known, and nothing is said.
 */
final class NettyVersion {
    /** As in the pom. */
    static final String BUILT_WITH = "4.2.18.Final";

    private static final String LINE = "4.2.";

    private NettyVersion() {}

    /**
     * Loads the first classes of each jar that the broker needs.
     *
     * @throws IllegalStateException when one is of another line; names what was found and what to do
     */
    static void check() {
        check(List.of(
                found("netty-common", ReferenceCounted.class),
                found("netty-buffer", ByteBuf.class),
                found("netty-transport", Channel.class),
                found("netty-transport-classes-epoll", Epoll.class)));
    }

    /**
     * The same for what TLS needs besides.
     *
     * @throws NoClassDefFoundError when it is missing
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

    /** What to tell when a class or method is missing although the versions seemed right; the error itself if not Netty's. */
    static Throwable explain(LinkageError error) {
        String missing = String.valueOf(error.getMessage());
        return missing.contains("io/netty/") || missing.contains("io.netty.")
                ? new IllegalStateException(advice("one that lacks something: " + error), error)
                : error;
    }

    private static String advice(String found) {
        return "MaxMQ needs Netty 4.2 and is built with " + BUILT_WITH + ", but found " + found
                + ": set the property netty.version to " + BUILT_WITH
                + " (with spring-boot-starter-parent), or import io.netty:netty-bom:" + BUILT_WITH
                + " before every other list of versions";
    }

    private static Found found(String artifact, Class<?> type) {
        Module module = type.getModule();
        if (module.isNamed()) {
            return new Found(artifact, module.getDescriptor().rawVersion().orElse(null));
        }
        Package jar = type.getPackage();
        String title = jar.getImplementationTitle();
        // In a jar that holds several libraries it is the version of something else.
        return new Found(artifact, title != null && title.startsWith("Netty/") ? jar.getImplementationVersion() : null);
    }

    /**
     * One jar of Netty.
     *
     * @param version null when it isn't known
     */
    record Found(String artifact, @Nullable String version) {
        @Override
        public String toString() {
            return artifact + " " + version;
        }
    }
}
