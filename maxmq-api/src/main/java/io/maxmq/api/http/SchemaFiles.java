package io.maxmq.api.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystem;
import io.vertx.openapi.contract.OpenAPIContract;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * The schemas of OpenAPI as Vert.x reads them: from its jars, but through a cache of files. The cache needs a writable
 * directory and lets every path reach the class path, so the server has it off; this class reads the schemas without it.
 * Stateless.
 */
final class SchemaFiles {
    private SchemaFiles() {}

    /** Returns a view of {@code vertx} that loads contracts, and nothing else. */
    static Vertx of(Vertx vertx) {
        FileSystem files = proxy(FileSystem.class, (self, method, arguments) -> {
            if (method.getName().equals("readFileBlocking")) {
                return read((String) arguments[0]);
            }
            return invoke(vertx.fileSystem(), method, arguments);
        });
        return proxy(
                Vertx.class,
                (self, method, arguments) ->
                        method.getName().equals("fileSystem") ? files : invoke(vertx, method, arguments));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static Buffer read(String path) {
        ClassLoader loader = OpenAPIContract.class.getClassLoader();
        try (InputStream resource = loader.getResourceAsStream(path)) {
            if (resource == null) {
                throw new IllegalStateException("the jars of Vert.x lack the schema " + path);
            }
            return Buffer.buffer(resource.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
