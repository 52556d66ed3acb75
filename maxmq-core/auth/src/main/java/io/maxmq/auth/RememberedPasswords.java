package io.maxmq.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;

/**
 * Passwords that were right a while ago, so that a fleet that comes back all at once is let in without the slow hash. Of each
 * only a MAC is kept, under a key that this object draws and nobody else knows; it is no use to one who has not the memory of
 * the process. A wrong password is never found here, so guessing gets no faster. Bounded; who was seen longest ago makes room.
 * Thread-safe.
 */
final class RememberedPasswords {
    private static final int KEY_BYTES = 32;

    private final byte[] key = new byte[KEY_BYTES];
    private final int maxUsers;
    private final long lifeNanos;

    /** Guarded by this. */
    private final Map<TenantUser, Remembered> users;

    /** @param lifeNanos 0 to remember nothing */
    RememberedPasswords(int maxUsers, long lifeNanos) {
        new SecureRandom().nextBytes(key);
        this.maxUsers = maxUsers;
        this.lifeNanos = lifeNanos;
        this.users = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<TenantUser, Remembered> eldest) {
                return size() > RememberedPasswords.this.maxUsers;
            }
        };
    }

    /** Whether this password was right for this hash, and not too long ago. Takes microseconds. */
    boolean knows(TenantUser user, PasswordHash hash, byte[] password, long nowNanos) {
        Remembered remembered;
        synchronized (this) {
            remembered = users.get(user);
            if (remembered != null && (remembered.untilNanos - nowNanos <= 0 || !remembered.hash.equals(hash))) {
                users.remove(user);
                remembered = null;
            }
        }
        return remembered != null && PasswordHash.same(remembered.mac, mac(user, password));
    }

    /** It was right. */
    void remember(TenantUser user, PasswordHash hash, byte[] password, long nowNanos) {
        if (lifeNanos > 0 && maxUsers > 0) {
            Remembered remembered = new Remembered(hash, mac(user, password), nowNanos + lifeNanos);
            synchronized (this) {
                users.put(user, remembered);
            }
        }
    }

    private byte[] mac(TenantUser user, byte[] password) {
        byte[] name = user.toString().getBytes(StandardCharsets.UTF_8);
        Mac mac = Pbkdf2.mac(Pbkdf2.SHA_256, key);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, name.length));
        mac.update(name);
        return mac.doFinal(password);
    }

    synchronized int size() {
        return users.size();
    }

    private record Remembered(PasswordHash hash, byte[] mac, long untilNanos) {}
}
