package io.maxmq.examples.standalone;

import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.storage.Durability;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OptionsTest {
    @Test
    void listensOnTheLoopbackAddressUnlessTold() throws UsageException {
        Options options = parse("--allow-anonymous");

        assertThat(options)
                .isEqualTo(new Options(
                        "127.0.0.1",
                        1883,
                        Options.NONE,
                        null,
                        null,
                        "maxmq",
                        true,
                        null,
                        null,
                        null,
                        Durability.FSYNC,
                        Long.MAX_VALUE,
                        null,
                        List.of(),
                        "info",
                        null));
    }

    @Test
    void takesEveryOptionInAnyOrder() throws UsageException {
        Options options = parse(
                "--name a",
                "--durability os",
                "--allow-anonymous",
                "--port 0",
                "--data-dir /data",
                "--max-disk 100",
                "--host ::1",
                "--password-file users",
                "--acl-file rules",
                "--ban client=c1",
                "--log-level debug",
                "--ban address=10.0.0.0/8",
                "--access-log access",
                "--unix-path local");

        assertThat(options)
                .isEqualTo(new Options(
                        "::1",
                        0,
                        Options.NONE,
                        Path.of("local"),
                        null,
                        "a",
                        true,
                        Path.of("users"),
                        Path.of("rules"),
                        Path.of("/data"),
                        Durability.OS,
                        100L << 20,
                        null,
                        List.of(Ban.client("c1"), Ban.address("10.0.0.0/8")),
                        "debug",
                        Path.of("access")));
    }

    @Test
    void keepsDataThroughPowerLossUnlessTold() throws UsageException {
        assertThat(parse("--allow-anonymous --data-dir data").durability()).isEqualTo(Durability.FSYNC);
        assertThat(parse("--allow-anonymous --data-dir data --durability fsync").durability())
                .isEqualTo(Durability.FSYNC);
        assertThat(parse("--allow-anonymous --data-dir data --durability none").durability())
                .isEqualTo(Durability.NONE);
    }

    @Test
    void listensOnALocalSocketAloneUnlessAPortIsGivenToo() throws UsageException {
        Options alone = parse("--allow-anonymous --unix-path local");

        assertThat(alone.port()).isEqualTo(Options.NONE);
        assertThat(alone.unixPath()).isEqualTo(Path.of("local"));
    }

    @Test
    void listensWithTlsAloneUnlessAPortIsGivenToo() throws UsageException {
        Options alone = parse("--allow-anonymous --tls-port 0 --cert c --key k");
        Options both = parse(
                "--allow-anonymous --tls-port 0 --cert c --key k --client-ca a --port 0 --wss-port 1 --ws-port 2");

        assertThat(alone.port()).isEqualTo(Options.NONE);
        assertThat(alone.tls()).isEqualTo(new TlsOptions(0, Options.NONE, Path.of("c"), Path.of("k"), null));
        assertThat(both.port()).isZero();
        assertThat(both.webSocketPort()).isEqualTo(2);
        assertThat(both.tls()).isEqualTo(new TlsOptions(0, 1, Path.of("c"), Path.of("k"), Path.of("a")));
    }

    @Test
    void aPasswordFileLetsSomebodyIn() throws UsageException {
        assertThat(parse("--password-file users").allowAnonymous()).isFalse();
    }

    @Test
    void aConfigurationFileSaysEverything() throws UsageException {
        assertThat(parse("--config broker.conf").configFile()).isEqualTo(Path.of("broker.conf"));
        assertThatThrownBy(() -> parse("--config broker.conf --port 1"))
                .isInstanceOf(UsageException.class)
                .hasMessage("--config goes with no other option: --config --port");
    }

    @Test
    void aConfigurationFileGoesWithWhatIsAboutTheProcess() throws UsageException {
        Options options = parse("--config broker.conf --log-level warn --access-log access --ban user=mallory");

        assertThat(options.configFile()).isEqualTo(Path.of("broker.conf"));
        assertThat(options.bans()).containsExactly(Ban.user("mallory"));
    }

    @Test
    void theHelpNamesEveryOptionInAGroup() {
        String help = new CommandLine(new BrokerCommand()).getUsageMessage();

        assertThat(help)
                .startsWith("Usage: maxmq ")
                .contains("\nListeners:", "\nTLS:", "\nClients:", "\nStorage:", "\nOperation:", "\nInformation:");
        assertThat(help).contains("--access-log", "--ban", "-h, --help", "-V, --version", "passwd", "completion");
        assertThat(help.lines()).allMatch(line -> line.length() <= 120);
    }

    @Test
    void theCompletionScriptKnowsTheOptions() {
        assertThat(CompletionCommand.script())
                .contains("--tls-port", "--log-level", "passwd", "complete -F _complete_maxmq");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--allow-anonymous --prot 1 | unknown option --prot, see --help",
                "--allow-anonymous extra    | unknown option extra, see --help",
                "--allow-anonymous --port   | --port needs a value",
                "--port --allow-anonymous   | --port needs a value",
                "--port 1 --port 2          | --port is given twice",
                "--allow-anonymous --data-dir       | --data-dir needs a value",
                "--allow-anonymous --durability os  | --durability needs --data-dir: without it everything is in"
                        + " memory",
                "--allow-anonymous --tls-port 1             | --tls-port and --wss-port need --cert and --key",
                "--allow-anonymous --cert c --key k | --cert, --key and --client-ca need --tls-port or --wss-port",
                "--allow-anonymous --tls-port x --cert c --key k | --tls-port must be 0..65535, not x",
                "--allow-anonymous --log-level loud | --log-level must be error, warn, info, debug, trace or off, not loud",
                "--allow-anonymous --ban mallory    | --ban must be client=ID, user=NAME or address=RANGE, not mallory",
                "--allow-anonymous --ban address=x  | --ban address=x: not an address: x",
                "--allow-anonymous --max-disk 100 | --max-disk needs --data-dir: without it everything is in memory",
                "--data-dir d --max-disk 15 | --max-disk must be 16 MiB or more, not 15",
                "--data-dir d --max-disk x | --max-disk must be 16 MiB or more, not x",
                "--data-dir d --durability disk     | --durability must be fsync, os or none, not disk",
                "--data-dir d --durability FSYNC    | --durability must be fsync, os or none, not FSYNC",
            })
    void saysWhatIsWrong(String arguments, String message) {
        assertThatThrownBy(() -> parse(arguments))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "mqtt", "99999999999"})
    void refusesWhatIsNoPort(String port) {
        assertThatThrownBy(() -> parse("--allow-anonymous", "--port " + port))
                .isInstanceOf(UsageException.class)
                .hasMessage("--port must be 0..65535, not " + port);
    }

    @Test
    void letsNobodyInUnlessTold() {
        assertThatThrownBy(() -> parse("--port 1883"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--allow-anonymous")
                .hasMessageContaining("--password-file");
    }

    private static Options parse(String... parts) throws UsageException {
        return Options.parse(List.of(String.join(" ", parts).split(" ")));
    }
}
