package io.maxmq.core.transport;

import io.maxmq.core.transport.NettyVersion.Found;
import io.netty.util.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NettyVersionTest {
    @Test
    void theVersionThatIsRecommendedIsTheOneThatWeTestWith() {
        assertThat(Version.identify().get("netty-transport").artifactVersion()).isEqualTo(NettyVersion.BUILT_WITH);
        assertThatCode(NettyVersion::check).doesNotThrowAnyException();
    }

    @Test
    void namesTheJarsOfAnotherLineAndWhatToSet() {
        assertThatThrownBy(() -> NettyVersion.check(List.of(
                        new Found("netty-common", "4.1.128.Final"),
                        new Found("netty-buffer", null),
                        new Found("netty-transport", "4.2.7.Final"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("netty-common 4.1.128.Final")
                .hasMessageContaining(NettyVersion.BUILT_WITH)
                .hasMessageContaining("netty.version")
                .hasMessageNotContainingAny("netty-transport", "netty-buffer", "\n");
    }

    @Test
    void whatIsNotKnownIsNoMistake() {
        assertThatCode(() -> NettyVersion.check(List.of(new Found("netty-buffer", null))))
                .doesNotThrowAnyException();
    }

    @Test
    void aMissingClassIsNamed() {
        assertThat(NettyVersion.missing(new NoClassDefFoundError("io/netty/channel/IoHandlerFactory")))
                .hasMessageContaining("IoHandlerFactory")
                .hasMessageContaining(NettyVersion.BUILT_WITH);
    }
}
