package io.maxmq.rules.value;

/** The null of JSON; undefined is another thing, and is Java's null. */
public enum JsonNull {
    /** The one. */
    NULL
}
