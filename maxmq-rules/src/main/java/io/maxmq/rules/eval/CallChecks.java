package io.maxmq.rules.eval;

import io.maxmq.rules.error.StatementException.Code;
import io.maxmq.rules.function.Check;
import io.maxmq.rules.function.Definition;
import io.maxmq.rules.function.Functions;
import io.maxmq.rules.parse.Expression.Call;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

import static io.maxmq.rules.eval.ExpressionCompiler.refused;

/** Checks of function calls that need no event. */
final class CallChecks {
    private static final Set<String> AGGREGATES = Set.of(
            "count",
            "sum",
            "avg",
            "min",
            "max",
            "median",
            "stddev",
            "var",
            "stddevs",
            "vars",
            "percentile",
            "collect",
            "deduplicate",
            "first_value",
            "last_value",
            "merge_agg",
            "window_start",
            "window_end");
    private static final Set<String> WINDOWS =
            Set.of("tumblingwindow", "hoppingwindow", "slidingwindow", "sessionwindow", "countwindow");
    private static final Set<String> ANALYTIC = Set.of(
            "lag", "latest", "had_changed", "changed_col", "acc_sum", "acc_count", "acc_min", "acc_max", "acc_avg");
    private static final String ITEM_INDEX = "item_index";

    private final Functions functions;
    private final boolean isGrouped;
    private boolean isInCondition;

    /**
     * Checks of one statement.
     *
     * @param isGrouped whether it has GROUP BY
     */
    CallChecks(Functions functions, boolean isGrouped) {
        this.functions = functions;
        this.isGrouped = isGrouped;
    }

    /**
     * The target of a call.
     *
     *
     * @param definition null for {@code item_index}, which only FOREACH knows
     */
    record Callee(@Nullable Definition definition) {}

    /** From now on calls stand in WHERE or INCASE, or not any more. */
    void inCondition(boolean is) {
        isInCondition = is;
    }

    /** The function, which is there and takes as many arguments. */
    Callee callee(Call call) {
        String name = call.name().toLowerCase(Locale.ROOT);
        Definition definition = functions.find(name);
        if (definition == null) {
            refuseWhatIsToCome(call, name);
        }
        if (call.over() != null) {
            throw refused(Code.NOT_SUPPORTED, call.over().at(), "OVER is not supported yet");
        }
        if (call.isOverAll()) {
            throw refused(
                    Code.SYNTAX_ERROR, call.at(), "the argument of " + call.name() + " can't be *, only that of count");
        }
        if (definition != null) {
            checkCount(call, definition.least(), definition.most());
            if (definition.inPairs() && call.arguments().size() % 2 != 0) {
                throw refused(Code.WRONG_ARITY, call.at(), call.name() + " takes pairs, expected a value for each key");
            }
            return new Callee(definition);
        }
        if (name.equals(ITEM_INDEX)) {
            checkCount(call, 0, 0);
            return new Callee(null);
        }
        String nearest = functions.nearest(name);
        throw refused(
                Code.UNKNOWN_FUNCTION,
                call.at(),
                "no function is called " + call.name() + (nearest == null ? "" : "; did you mean " + nearest + '?'));
    }

    /** Refuses by name what is of the language and not there yet. */
    private void refuseWhatIsToCome(Call call, String name) {
        if (AGGREGATES.contains(name)) {
            if (isInCondition) {
                throw refused(
                        Code.AGGREGATE_IN_WHERE, call.at(), call.name() + " is an aggregate, which WHERE can't have");
            }
            if (!isGrouped) {
                throw refused(
                        Code.AGGREGATE_WITHOUT_WINDOW, call.at(), call.name() + " is an aggregate, expected GROUP BY");
            }
            throw refused(Code.NOT_SUPPORTED, call.at(), "aggregates are not supported yet: " + call.name());
        }
        if (WINDOWS.contains(name)) {
            throw isGrouped
                    ? refused(Code.NOT_SUPPORTED, call.at(), "windows are not supported yet: " + call.name())
                    : refused(Code.BAD_WINDOW, call.at(), call.name() + " is a window, which stands in GROUP BY");
        }
        if (ANALYTIC.contains(name)) {
            throw refused(
                    Code.NOT_SUPPORTED, call.at(), "functions with a memory are not supported yet: " + call.name());
        }
        if (functions.isMissing(name)) {
            throw refused(
                    Code.NOT_SUPPORTED,
                    call.at(),
                    "the function is not supported yet: " + call.name()
                            + (name.equals("lookup") ? "; there are no tables for lookups and joins" : ""));
        }
    }

    private static void checkCount(Call call, int least, int most) {
        int count = call.arguments().size();
        if (count >= least && count <= most) {
            return;
        }
        String takes = most == Integer.MAX_VALUE
                ? least + " or more arguments"
                : least == most
                        ? least + (least == 1 ? " argument" : " arguments")
                        : least + " to " + most + " arguments";
        throw refused(
                Code.WRONG_ARITY, call.at(), call.name() + " takes " + takes + ", expected that and not " + count);
    }

    /** Looks at the arguments that are constant. */
    void arguments(Call call, Definition definition, Node[] arguments) {
        Check check = definition.check();
        if (check == null) {
            return;
        }
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof Constant constant) {
                Check.Refusal refusal = check.refusal(i, constant.value());
                if (refusal != null) {
                    throw refused(refusal.code(), call.arguments().get(i).at(), refusal.problem());
                }
            }
        }
    }
}
