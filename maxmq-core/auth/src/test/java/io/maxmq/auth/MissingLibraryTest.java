package io.maxmq.auth;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What optional libraries are needed for says so when they are missing. */
class MissingLibraryTest {

    /** Loads the broker's classes itself, and finds nothing whose name begins so. */
    private static final class Without extends ClassLoader {
        private final String missing;

        Without(String missing) {
            super(MissingLibraryTest.class.getClassLoader());
            this.missing = missing;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (name.startsWith(missing)) {
                    throw new ClassNotFoundException(name);
                }
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                return name.startsWith("io.maxmq.auth.") ? define(name) : super.loadClass(name, resolve);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        Object call(String type, String method, Class<?> parameter, Object argument) throws Throwable {
            try {
                return loadClass("io.maxmq.auth." + type)
                        .getMethod(method, parameter)
                        .invoke(null, argument);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    @Test
    void tokensNeedNimbus() {
        Without without = new Without("com.nimbusds.");

        assertThatThrownBy(() -> without.call("JwtAuthenticator", "secret", byte[].class, new byte[32]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("JwtAuthenticator needs Nimbus JOSE + JWT: add com.nimbusds:nimbus-jose-jwt,"
                        + " as a module com.nimbusds.jose.jwt");
    }

    @Test
    void anHttpServiceNeedsTheJdksModule() {
        Without without = new Without("java.net.http.");

        assertThatThrownBy(() -> without.call("HttpAuthenticator", "at", URI.class, URI.create("https://id.example")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("HttpAuthenticator needs the JDK's module java.net.http: add it to the runtime,"
                        + " or with --add-modules");
    }
}
