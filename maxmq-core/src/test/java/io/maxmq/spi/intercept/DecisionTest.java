package io.maxmq.spi.intercept;

import io.maxmq.codec.ReasonCode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class DecisionTest {
    @Test
    void decisionsWithoutAValueAreConstants() {
        assertThat(Decision.<String>proceed()).isSameAs(Decision.<Integer>proceed());
        assertThat(Decision.<String>drop()).isSameAs(Decision.<Integer>drop());
    }

    @Test
    void aRefusalNeedsAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decision.refuse(ReasonCode.SUCCESS))
                .withMessageContaining("SUCCESS");
    }

    @Test
    void valuesAreNeverNull() {
        assertThatNullPointerException().isThrownBy(() -> Decision.change(null));
        assertThatNullPointerException().isThrownBy(() -> Decision.refuse(ReasonCode.NOT_AUTHORIZED, null));
        assertThatNullPointerException().isThrownBy(() -> Decision.later(null));
    }
}
