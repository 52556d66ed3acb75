package io.maxmq.examples.standalone;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads a command line with picocli, and says in one line what is wrong with it. Stateless. */
final class Parser {
    private Parser() {}

    /** @throws UsageException saying what is wrong */
    static ParseResult parse(CommandLine commands, List<String> arguments) throws UsageException {
        commands.setUnmatchedOptionsAllowedAsOptionParameters(false);
        try {
            ParseResult result = commands.parseArgs(arguments.toArray(String[]::new));
            checkGivenOnce(commands, arguments);
            return result;
        } catch (UnmatchedArgumentException e) {
            throw new UsageException("unknown option " + e.getUnmatched().get(0) + ", see --help");
        } catch (MissingParameterException e) {
            throw new UsageException(
                    e.getMissing().isEmpty()
                            ? String.valueOf(e.getMessage())
                            : shown(e.getMissing().get(0)) + " needs a value");
        } catch (OverwrittenOptionException e) {
            throw givenTwice(shown(e.getOverwritten()));
        } catch (ParameterException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** Options in groups: picocli begins another group when one comes again. No value looks like an option. */
    private static void checkGivenOnce(CommandLine commands, List<String> arguments) throws UsageException {
        Set<OptionSpec> seen = new HashSet<>();
        for (String each : arguments) {
            OptionSpec option = commands.getCommandSpec().findOption(each);
            if (option != null && !option.isMultiValue() && !seen.add(option)) {
                throw givenTwice(option.longestName());
            }
        }
    }

    private static UsageException givenTwice(String option) {
        return new UsageException(option + " is given twice");
    }

    private static String shown(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }
}
