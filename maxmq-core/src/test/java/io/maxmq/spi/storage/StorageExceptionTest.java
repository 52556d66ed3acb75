package io.maxmq.spi.storage;

import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageException.Place;
import java.io.IOException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StorageExceptionTest {

    @Test
    void saysWhatHappenedAndWhere() {
        IOException cause = new IOException("cause");
        Place place = new Place("000042.log", 4_096, new Table("session"));

        StorageException exception = new StorageException(Kind.DAMAGED, "checksum differs", place, cause);

        assertThat(exception)
                .hasMessage("DAMAGED: checksum differs, file=000042.log, offset=4096, table=session")
                .hasCause(cause);
        assertThat(exception.place()).isEqualTo(place);
    }

    @Test
    void leavesOutWhatIsNotKnown() {
        StorageException exception = new StorageException(Kind.FULL, "no space left on device");

        assertThat(exception).hasMessage("FULL: no space left on device").hasNoCause();
        assertThat(exception.place()).isEqualTo(Place.UNKNOWN);
    }
}
