package io.maxmq.spi;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MessageIdPropertyTest {

    @Property
    void fieldsComeBackAsPutIn(
            @ForAll @LongRange(min = MessageId.EPOCH_MILLIS, max = MessageId.EPOCH_MILLIS + (1L << 42) - 1) long millis,
            @ForAll @IntRange(max = 255) int datacenter,
            @ForAll @IntRange(max = 8191) int machine,
            @ForAll @IntRange(max = (1 << 22) - 1) int process,
            @ForAll @LongRange(max = (1L << 42) - 1) long sequence) {
        MessageId id = MessageId.of(millis, datacenter, machine, process, sequence);

        assertThat(id.epochMillis()).isEqualTo(millis);
        assertThat(id.datacenter()).isEqualTo(datacenter);
        assertThat(id.machine()).isEqualTo(machine);
        assertThat(id.process()).isEqualTo(process);
        assertThat(id.sequence()).isEqualTo(sequence);
        assertThat(MessageId.parse(id.toString())).isEqualTo(id);
    }

    @Property
    void stringsSortAsIdsDo(
            @ForAll @LongRange(min = 0) long highA,
            @ForAll long lowA,
            @ForAll @LongRange(min = 0) long highB,
            @ForAll long lowB) {
        MessageId a = new MessageId(highA, lowA);
        MessageId b = new MessageId(highB, lowB);

        assertThat(Integer.signum(a.compareTo(b)))
                .isEqualTo(Integer.signum(a.toString().compareTo(b.toString())));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MessageId(-1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MessageId.of(MessageId.EPOCH_MILLIS, 256, 0, 0, 0))
                .withMessageContaining("datacenter=256");
        assertThatIllegalArgumentException().isThrownBy(() -> MessageId.of(0, 0, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> MessageId.parse("12"));
    }
}
