package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * The name of a table. A table needs no creation: before its first write it is empty. Stores may spend memory or files
 * on each, so a broker has tens of tables, not thousands. Immutable.
 *
 * @param name 1..64 characters of {@code a-z}, {@code 0-9}, {@code -}, {@code _} and {@code .}, the first one a letter
 * @since 0.1.0
 */
@Stable
public record Table(String name) implements Comparable<Table> {

    /** The most characters of a name. */
    public static final int MAX_NAME_LENGTH = 64;

    /**
     * @throws IllegalArgumentException when the name is no table's
     */
    public Table {
        boolean valid = !name.isEmpty() && name.length() <= MAX_NAME_LENGTH && isLetter(name.charAt(0));
        for (int i = 1; valid && i < name.length(); i++) {
            char c = name.charAt(i);
            valid = isLetter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    "table name must be 1..64 of a-z 0-9 - _ . from a letter on: name=" + name);
        }
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    @Override
    public int compareTo(Table other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
