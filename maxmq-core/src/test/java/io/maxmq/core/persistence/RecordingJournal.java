package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Journal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** A journal in memory that fails, or loses what it need not have kept, when the test says so. Not thread-safe. */
public final class RecordingJournal implements Journal {
    /** What it has; those from {@link #acknowledged} on may be lost by a crash. */
    final List<Bytes> records = new ArrayList<>();

    int acknowledged;
    int appends;
    int replaced;
    int opened;
    int closed;

    /** The next append fails when it has written so many records; below 0 it does not. */
    int failAppendAfter = -1;

    /** The next replacement fails. */
    boolean failReplacement;

    /** A replacement that fails has happened all the same. */
    boolean replaceThoughFailing;

    /** A journal with what this one has. */
    public RecordingJournal copy() {
        RecordingJournal copy = new RecordingJournal();
        copy.records.addAll(records);
        copy.acknowledged = records.size();
        return copy;
    }

    @Override
    public void open(Consumer<Bytes> target) {
        opened++;
        records.forEach(target);
    }

    @Override
    public void append(List<Bytes> more) throws IOException {
        cutOff();
        appends++;
        int fail = failAppendAfter;
        failAppendAfter = -1;
        if (fail >= 0) {
            records.addAll(more.subList(0, Math.min(fail, more.size())));
            throw new IOException("the test says so");
        }
        records.addAll(more);
        acknowledged = records.size();
    }

    @Override
    public void replace(Iterator<Bytes> content) throws IOException {
        cutOff();
        replaced++;
        boolean fail = failReplacement;
        failReplacement = false;
        if (!fail || replaceThoughFailing) {
            records.clear();
            content.forEachRemaining(records::add);
            acknowledged = records.size();
        }
        if (fail) {
            throw new IOException("the test says so");
        }
    }

    /** What a crash may take. */
    void cutOff() {
        records.subList(acknowledged, records.size()).clear();
    }

    @Override
    public void close() {
        closed++;
    }
}
