package io.maxmq.auth;

import io.maxmq.spi.FileWatch;
import io.maxmq.spi.Registration;
import io.maxmq.spi.extension.BrokerContext;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/** Keys in a file, a JSON Web Key Set (RFC 7517) or PEM, which is read again when it has changed. Thread-safe. */
final class TokenKeyFile implements TokenKeySource {
    private final Path file;
    private volatile TokenKeys keys = TokenKeys.NONE;
    private volatile Registration watching = Registration.NONE;
    private volatile Logger log = NOPLogger.NOP_LOGGER;

    TokenKeyFile(Path file) {
        this.file = file;
    }

    @Override
    public void start(BrokerContext context, Logger newLog) {
        log = newLog;
        FileWatch watch = new FileWatch(List.of(file), this::read);
        read();
        watching = watch.start(context.timers());
    }

    private void read() {
        byte[] bytes = CredentialFile.bytesOf(file, "key file");
        try {
            TokenKeys read = TokenKeyText.parse(bytes);
            read.requireAny(keys, file.toString(), log);
            keys = read;
        } catch (IllegalArgumentException e) {
            throw new AccessFileException(file, 0, "key file " + e.getMessage(), e);
        }
        log.info("{} keys of tokens in {}", keys.size(), file);
    }

    @Override
    public TokenKeys current() {
        return keys;
    }

    @Override
    public void close() {
        watching.close();
    }
}
