package io.maxmq.core.observe;

import java.util.Optional;

/** The version of a release, as its module or its jar states it. Stateless. */
public final class ReleaseVersion {
    private ReleaseVersion() {}

    /** Returns the version of the module or jar that contains a class; empty for a class from a directory. */
    public static Optional<String> of(Class<?> type) {
        return Optional.ofNullable(type.getModule().getDescriptor())
                .flatMap(module -> module.rawVersion())
                .or(() -> Optional.ofNullable(type.getPackage().getImplementationVersion()));
    }
}
