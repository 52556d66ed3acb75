package io.maxmq.examples.crash;

/** What a name of a {@link JournaledDisk} leads to. */
sealed interface DiskNode permits DiskFolder, DiskFile {}
