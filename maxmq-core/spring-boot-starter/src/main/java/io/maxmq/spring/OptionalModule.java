package io.maxmq.spring;

import org.springframework.util.ClassUtils;

/** A module of MaxMQ that an application adds when it wants a property of it. */
enum OptionalModule {
    AUTH("maxmq-auth", "io.maxmq.auth.PasswordFile"),
    STORAGE("maxmq-storage", "io.maxmq.storage.RocksDbStorage");

    private final String artifact;
    private final String type;

    OptionalModule(String artifact, String type) {
        this.artifact = artifact;
        this.type = type;
    }

    /** @throws IllegalStateException when the module is not on the class path; names the property and the artifact */
    void requireFor(String property) {
        if (!ClassUtils.isPresent(type, null)) {
            throw new IllegalStateException(property + " needs io.maxmq:" + artifact + "; add this dependency");
        }
    }
}
