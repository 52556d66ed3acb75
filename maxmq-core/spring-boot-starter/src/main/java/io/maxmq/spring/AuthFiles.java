package io.maxmq.spring;

import io.maxmq.MaxMQBuilder;
import io.maxmq.auth.Acl;
import io.maxmq.auth.PasswordFile;

/** The files of {@code maxmq-auth}; loadable only with that module. */
final class AuthFiles {
    private AuthFiles() {}

    static void addPasswords(MaxMQBuilder builder, String file) {
        builder.authenticator(PasswordFile.at(FileLocation.at(file)));
    }

    static void addAcl(MaxMQBuilder builder, String file) {
        builder.authorizer(Acl.at(FileLocation.at(file)));
    }
}
