package io.maxmq.storage.rocksdb;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the {@link LogClaim} of a directory: at {@code FSYNC} before the first group of a new log file completes, at every
 * level once a second while groups are written, and when the store closes. A claim is never ahead of the medium, so a power
 * cut cannot make it wrong; a claim that cannot be written, on a full disk for example, leaves the one before it, which
 * stays true.
 *
 * <p>Thread-safe.
 */
final class LogMarker {

    private static final Logger LOG = LoggerFactory.getLogger(LogMarker.class);

    private final StoreDirectory directory;

    // Guarded by this.
    private LogClaim written = LogClaim.NONE;
    private SortedMap<Long, Long> firstGroups = new TreeMap<>();
    private boolean failing;

    LogMarker(StoreDirectory directory) {
        this.directory = directory;
    }

    /**
     * Records that all groups up to {@code group} were forced to the medium.
     *
     * @return whether the newest log file is part of the claim; false as long as the file has no such group
     */
    synchronized boolean forced(long group) {
        long claimed = Math.max(group, written.group()); // two threads come here, the later one perhaps with less
        try {
            SortedMap<Long, Long> before = firstGroups;
            firstGroups = new TreeMap<>();
            long newest = 0;
            for (Path file : LogFiles.list(directory.database())) {
                newest = LogFiles.number(file);
                Long known = before.get(newest);
                long first = known != null ? known : LogFiles.firstGroup(file);
                if (first != 0 && first <= claimed) {
                    firstGroups.put(newest, first);
                }
            }
            LogClaim claim = new LogClaim(claimed, firstGroups);
            if (!claim.equals(written)) {
                directory.claim(claim);
                written = claim;
            }
            failing = false;
            return firstGroups.containsKey(newest);
        } catch (ClosedByInterruptException e) {
            LOG.debug("the store closes, which records the state of the log");
            return true;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn("the state of the log could not be recorded, another attempt follows: {}", e.toString());
            }
            failing = true;
            return true; // once a second is enough
        }
    }
}
