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
    void aMissingClassOfNettyIsNamed() {
        assertThat(NettyVersion.explain(new NoClassDefFoundError("io/netty/channel/IoHandlerFactory")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("IoHandlerFactory")
                .hasMessageContaining(NettyVersion.BUILT_WITH);
        assertThat(NettyVersion.explain(new NoSuchMethodError("'void io.netty.buffer.ByteBuf.gone()'")))
                .hasMessageContaining("gone");
    }

    @Test
    void whatOthersLackIsNotBlamedOnNetty() {
        NoClassDefFoundError error = new NoClassDefFoundError("org/slf4j/Logger");

        assertThat(NettyVersion.explain(error)).isSameAs(error);
        NoClassDefFoundError silent = new NoClassDefFoundError();
        assertThat(NettyVersion.explain(silent)).isSameAs(silent);
    }
}
