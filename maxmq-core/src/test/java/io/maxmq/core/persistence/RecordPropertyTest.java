package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Record values: reading returns what was written, and rejects anything else. */
class RecordPropertyTest {
    private static final Bytes KEY = OwnerKey.of("", "client").numbered(7);

    private static RecordReader read(Bytes value) {
        return new RecordReader(Tables.QUEUE, KEY, value, 1);
    }

    @Property(tries = 500)
    void readsEveryWrittenField(
            @ForAll @IntRange(max = 255) int number,
            @ForAll long varint,
            @ForAll long fixed,
            @ForAll @StringLength(max = 40) String text,
            @ForAll boolean present,
            @ForAll byte[] bytes,
            @ForAll byte[] rest) {
        String sane = text.replaceAll("[\\ud800-\\udfff]", "x");
        Bytes value = new RecordWriter(1, 0)
                .writeByte(number)
                .writeVarint(varint)
                .writeLong(fixed)
                .writeText(sane)
                .writeOptionalText(present ? sane : null)
                .writeBytes(bytes)
                .writeRest(rest)
                .finish(KEY);
        RecordReader record = read(value);
        assertThat(record.version()).isEqualTo(1);
        assertThat(record.readByte()).isEqualTo(number);
        assertThat(record.readVarint()).isEqualTo(varint);
        assertThat(record.readLong()).isEqualTo(fixed);
        assertThat(record.readText()).isEqualTo(sane);
        assertThat(record.readOptionalText()).isEqualTo(present ? sane : null);
        assertThat(record.readBytes()).isEqualTo(bytes);
        assertThat(record.readRest()).isEqualTo(rest);
    }

    @Property(tries = 300)
    void readsAWrittenMessage(
            @ForAll @AlphaChars @NotEmpty String topic,
            @ForAll @IntRange(max = 2) int qos,
            @ForAll boolean retain,
            @ForAll @LongRange(min = 0) long expiresAt,
            @ForAll long idHigh,
            @ForAll long idLow,
            @ForAll byte[] body,
            @ForAll boolean apart) {
        int propertiesLength = body.length / 2;
        StoredMessage message =
                StoredMessage.restored(Topic.of(topic), body, propertiesLength, qos, retain, expiresAt, idHigh, idLow);
        Bytes value =
                MessageRecord.write(new RecordWriter(1, 0), message, apart).finish(KEY);
        assertThat(value.length()).isEqualTo(5 + MessageRecord.sizeOf(message, apart));
        MessageRecord record = MessageRecord.read(read(value));
        assertThat(record.isApart()).isEqualTo(apart);
        assertThat(record.bodyLength()).isEqualTo(body.length);
        StoredMessage again = record.toMessage(Topic::of, apart ? body : null);
        assertThat(again.topic()).isEqualTo(message.topic());
        assertThat(again.qos()).isEqualTo(qos);
        assertThat(again.retain()).isEqualTo(retain);
        assertThat(again.expiresAtMillis()).isEqualTo(expiresAt);
        assertThat(again.idHigh()).isEqualTo(idHigh);
        assertThat(again.idLow()).isEqualTo(idLow);
        assertThat(again.propertiesLength()).isEqualTo(propertiesLength);
        assertThat(again.body()).isEqualTo(body);
    }

    /** A larger array would have to be copied before it is stored. */
    @Property(tries = 300)
    void recordsOfQueuesNeedNoCopy(
            @ForAll @AlphaChars @NotEmpty String topic,
            @ForAll long expiresAt,
            @ForAll @Size(max = 600) byte[] body,
            @ForAll @Size(max = 3) List<@IntRange(min = 1, max = 268_435_455) Integer> ids,
            @ForAll boolean shared) {
        StoredMessage message =
                StoredMessage.restored(Topic.of(topic), body, body.length / 2, 2, false, expiresAt, 1, 2);
        int[] subscriptionIds = ids.stream().mapToInt(Integer::intValue).toArray();
        String filter = shared ? "$share/gr\u00fcn/" + topic : null;
        for (Bytes value : List.of(
                QueueRecord.waiting(KEY, message, 2, subscriptionIds, filter),
                GroupQueueRecord.write(KEY, message),
                InboundRecord.routing(KEY, message))) {
            assertThat(value.compact()).isSameAs(value);
        }
        QueueRecord record =
                QueueRecord.read(new Entry(KEY, QueueRecord.waiting(KEY, message, 2, subscriptionIds, filter), 1));
        assertThat(record.subscriptionIds()).isEqualTo(subscriptionIds);
        assertThat(record.filter()).isEqualTo(filter);
    }

    @Property(tries = 50)
    void rejectsEveryFlippedBit(@ForAll @Size(max = 40) byte[] rest) {
        byte[] value = new RecordWriter(1, 8).writeRest(rest).finish(KEY).array();
        for (int bit = 0; bit < value.length * 8; bit++) {
            byte[] flipped = value.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> read(Bytes.wrap(flipped))).isInstanceOf(DamagedRecordException.class);
        }
    }

    @Property(tries = 50)
    void rejectsEveryTruncation(@ForAll @Size(max = 40) byte[] rest) {
        byte[] value = new RecordWriter(1, 8).writeRest(rest).finish(KEY).array();
        for (int length = 0; length < value.length; length++) {
            Bytes torn = Bytes.wrap(Arrays.copyOf(value, length));
            assertThatThrownBy(() -> read(torn)).isInstanceOf(DamagedRecordException.class);
        }
    }

    @Test
    void rejectsAValueUnderAnotherKey() {
        Bytes value = new RecordWriter(1, 8).writeText("mine").finish(KEY);
        Entry other = new Entry(OwnerKey.of("", "client").numbered(8), value, 1);
        assertThatThrownBy(() -> new RecordReader(Tables.QUEUE, other, 1))
                .isInstanceOf(DamagedRecordException.class)
                .hasMessageContaining("queue");
    }

    @Test
    void rejectsANewerVersion() {
        Bytes value = new RecordWriter(2, 8).writeText("new").finish(KEY);
        assertThatThrownBy(() -> read(value))
                .isInstanceOf(DamagedRecordException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void rejectsAMissingField() {
        Bytes value = new RecordWriter(1, 8).writeVarint(100).finish(KEY);
        assertThatThrownBy(() -> read(value).readText()).isInstanceOf(DamagedRecordException.class);
        assertThatThrownBy(() -> read(value).readBytes()).isInstanceOf(DamagedRecordException.class);
        assertThatThrownBy(() -> read(value).readLong()).isInstanceOf(DamagedRecordException.class);
        assertThatThrownBy(() ->
                        read(new RecordWriter(1, 8).writeVarint(-1).finish(KEY)).readSize())
                .isInstanceOf(DamagedRecordException.class);
    }

    @Test
    void rejectsABodyThatDoesNotMatchItsRecord() {
        StoredMessage message = StoredMessage.restored(Topic.of("a"), new byte[600], 0, 1, false, 0, 1, 2);
        Bytes value = MessageRecord.write(new RecordWriter(1, 0), message, true).finish(KEY);
        MessageRecord record = MessageRecord.read(read(value));
        assertThatThrownBy(() -> record.toMessage(Topic::of, null)).isInstanceOf(DamagedRecordException.class);
        assertThatThrownBy(() -> record.toMessage(Topic::of, new byte[599])).isInstanceOf(DamagedRecordException.class);
    }

    @Property(tries = 300)
    void keysOfANameAreContiguousAndSortedByNumber(
            @ForAll @AlphaChars @StringLength(max = 5) String name,
            @ForAll @AlphaChars @StringLength(max = 5) String other,
            @ForAll @LongRange(min = 0) long number,
            @ForAll @LongRange(min = 0) long another) {
        OwnerKey owner = OwnerKey.of("tenant", name);
        Bytes key = owner.numbered(number);
        assertThat(Long.signum(key.compareTo(owner.numbered(another)))).isEqualTo(Long.compare(number, another));
        assertThat(OwnerKey.numberIn(key)).isEqualTo(number);
        assertThat(OwnerKey.nameIn(key)).isEqualTo(name);
        assertThat(owner.all().contains(key)).isTrue();
        assertThat(owner.all().contains(owner.alone())).isTrue();
        assertThat(owner.numberedFrom(number).contains(key)).isTrue();
        if (!name.equals(other)) {
            assertThat(OwnerKey.of("tenant", other).all().contains(key)).isFalse();
        }
        assertThat(OwnerKey.of("tenan", name).all().contains(key)).isFalse();
        assertThat(OwnerKey.behindName(owner.named(other)).toUtf8()).isEqualTo(other);
    }
}
