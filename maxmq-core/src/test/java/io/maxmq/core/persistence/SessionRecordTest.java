package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The record of a session: reading returns what was written. */
class SessionRecordTest {
    private static final Bytes KEY = OwnerKey.of("default", "client").alone();

    private static SessionRecord read(Bytes value) {
        return SessionRecord.read(new Entry(KEY, value, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, false",
        "true, false, false",
        "false, true, false",
        "false, false, true",
        "true, true, true"
    })
    void readsEachWrittenFlag(boolean claimed, boolean connected, boolean automatic) {
        SessionRecord record = new SessionRecord("ann", claimed, 60, connected, 7, 8, automatic);

        assertThat(read(record.write(KEY))).isEqualTo(record);
    }

    @Test
    void ownerIsConfirmedWhenTheRecordPredatesTheFlag() {
        Bytes before = new RecordWriter(1, 32)
                .writeByte(0b11)
                .writeOptionalText("ann")
                .writeVarint(60)
                .writeVarint(0)
                .writeVarint(0)
                .finish(KEY);

        assertThat(read(before)).isEqualTo(new SessionRecord("ann", false, 60, true, 0, -1, true));
    }

    @Test
    void recordOfAnEndedSessionKeepsTheOwner() {
        SessionRecord over = read(SessionRecord.over("ann", true, 8).write(KEY));

        assertThat(over.owner()).isEqualTo("ann");
        assertThat(over.claimed()).isTrue();
    }

    @Test
    void textMarksAClaimedOwner() {
        assertThat(text(true)).startsWith("owner=ann (claimed) expiry=60s");
        assertThat(text(false)).startsWith("owner=ann expiry=60s");
    }

    private static String text(boolean claimed) {
        Bytes value = new SessionRecord("ann", claimed, 60, true, 0, -1, false).write(KEY);
        return new BrokerRecordFormat().describe(Tables.SESSION, new Entry(KEY, value, 1));
    }
}
