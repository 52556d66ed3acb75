package io.maxmq.examples.standalone;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code completion}: prints a script that lets bash and zsh complete the options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description =
                "Prints a completion script for bash and zsh: source <(java -jar maxmq-standalone.jar completion). It is for a"
                        + " command, alias or script named maxmq.")
final class CompletionCommand {
    static String script() {
        return AutoComplete.bash("maxmq", new CommandLine(new BrokerCommand()));
    }
}
