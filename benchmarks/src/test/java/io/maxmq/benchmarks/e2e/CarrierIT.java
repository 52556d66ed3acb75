package io.maxmq.benchmarks.e2e;

import io.maxmq.Listeners;
import io.maxmq.MaxMQ;
import io.maxmq.benchmarks.load.LoadMeter;
import io.maxmq.benchmarks.load.StormLoad;
import io.maxmq.benchmarks.load.TargetAddress;
import io.maxmq.benchmarks.load.TargetAddress.Over;
import io.maxmq.benchmarks.load.TrafficLoad;
import io.maxmq.benchmarks.load.TrafficPlan;
import io.maxmq.benchmarks.load.TrafficResult;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The generator over TLS and WebSocket, against a broker in this process. */
class CarrierIT {
    private static final Duration SHORT = Duration.ofMillis(100);

    @ParameterizedTest
    @EnumSource(names = {"TLS", "WEB_SOCKET"})
    void carriesEveryMessage(Over over, @TempDir Path directory) throws Exception {
        try (MaxMQ broker = MaxMQ.builder()
                .listener(listener(over, directory))
                .allowAnonymous()
                .start()) {
            Listeners.Bound to = broker.listeners().all().get(0);
            TargetAddress endpoint = new TargetAddress(new InetSocketAddress(to.host(), to.port()), over, 5);
            LoadMeter meter = new LoadMeter(System::nanoTime);

            TrafficResult small = TrafficLoad.run(endpoint, TrafficPlan.pairs(2, 1), meter, SHORT, SHORT);
            TrafficResult large = TrafficLoad.run(
                    endpoint, TrafficPlan.pairs(2, 0).payload(20_000).outstanding(10), meter, SHORT, SHORT);

            assertComplete(small);
            assertComplete(large);
            if (over != Over.TLS) { // a hundred handshakes take longer, on code that nobody has run before
                StormLoad.Result storm = StormLoad.run(endpoint, meter, SHORT, SHORT);
                assertThat(storm.trouble()).isEmpty();
                assertThat(storm.cycles()).isPositive();
            }
        }
    }

    private static void assertComplete(TrafficResult result) {
        assertThat(result.trouble()).isEmpty();
        assertThat(result.expected()).isPositive();
        assertThat(result.lost() + result.corrupt() + result.duplicates()).isZero();
    }

    private static Listener listener(Over over, Path directory) throws Exception {
        if (over == Over.WEB_SOCKET) {
            return Listener.webSocket(0);
        }
        Certificate.make(directory);
        return Listener.tls(0, Tls.pem(Certificate.chainIn(directory), Certificate.keyIn(directory)));
    }
}
