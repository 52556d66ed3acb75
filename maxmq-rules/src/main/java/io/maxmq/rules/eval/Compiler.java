package io.maxmq.rules.eval;

import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.error.StatementException.Code;
import io.maxmq.rules.parse.Expression;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.parse.Statement;
import io.maxmq.rules.parse.Statement.Field;
import io.maxmq.rules.parse.Statement.Join;
import io.maxmq.rules.parse.Statement.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

import static io.maxmq.rules.eval.ExpressionCompiler.refused;

/** Makes a program of a tree, in the order in which it runs, and tells the first thing that is wrong. */
final class Compiler {
    private static final String ITEM = "item";

    private final CompileOptions options;
    private final Scope.Layout layout = new Scope.Layout();

    Compiler(CompileOptions options) {
        this.options = options;
    }

    /**
     * The program.
     *
     * @throws StatementException when the statement can't be a rule
     */
    Program program(Statement statement) {
        CallChecks checks =
                new CallChecks(options.functions(), !statement.group().isEmpty());
        ExpressionCompiler expressions = new ExpressionCompiler(options, checks);
        return statement.isForEach() ? forEach(statement, expressions, checks) : select(statement, expressions, checks);
    }

    private Program select(Statement statement, ExpressionCompiler expressions, CallChecks checks) {
        Scope scope = new Scope(null, layout);
        FieldList list = new ListCompiler(expressions, scope).listing(statement.fields(), List.of());
        List<Source> sources = sources(statement);
        Node where = condition(statement.where(), expressions, checks, scope);
        refuseGroups(statement);
        return new Program(statement, sources, layout, list, where, null, options);
    }

    private Program forEach(Statement statement, ExpressionCompiler expressions, CallChecks checks) {
        int last = statement.fields().size() - 1;
        Field item = statement.fields().get(last);
        Expression value = item.value();
        if (value == null) {
            throw refused(Code.SYNTAX_ERROR, item.at(), "found * as what FOREACH goes through, expected an array");
        }
        Target target = item.target();
        if (target != null && !target.steps().isEmpty()) {
            throw refused(Code.SYNTAX_ERROR, target.at(), "the name of FOREACH's element is a path, expected a name");
        }
        Scope scope = new Scope(null, layout);
        FieldList list =
                new ListCompiler(expressions, scope).listing(statement.fields().subList(0, last), List.of());
        Node source = expressions.node(value, scope);
        int arraySlot = -1;
        if (target != null) {
            Scope.Alias alias = scope.make(target.name());
            alias.put(List.of(), true);
            arraySlot = alias.slot;
        }
        Position end = item.at();
        Node where = condition(statement.where(), expressions, checks, scope);

        Scope.Alias element = scope.make(target == null ? ITEM : target.name());
        element.put(List.of(), true);
        Node inCase = condition(statement.inCase(), expressions, checks, scope);
        List<Field> each = statement.perElement() == null
                ? List.of(new Field(end, null, null)) // as DO * would
                : statement.perElement();
        FieldList perElement = new ListCompiler(expressions, new Scope(scope, layout)).listing(each, scope.aliases());
        List<Source> sources = sources(statement);
        Program.Elements elements = new Program.Elements(
                source,
                arraySlot,
                element.slot,
                value instanceof Expression.Name name && name.text().equals("payload"),
                inCase,
                perElement);
        return new Program(statement, sources, layout, list, where, elements, options);
    }

    private List<Source> sources(Statement statement) {
        List<Source> sources = SourceChecks.of(statement.sources(), options.events());
        for (Join join : statement.joins()) {
            throw refused(Code.NOT_SUPPORTED, join.at(), "joins are not supported yet: " + join.table());
        }
        return sources;
    }

    private static @Nullable Node condition(
            @Nullable Expression condition, ExpressionCompiler expressions, CallChecks checks, Scope scope) {
        if (condition == null) {
            return null;
        }
        checks.inCondition(true);
        Node node = expressions.node(condition, scope);
        checks.inCondition(false);
        return node;
    }

    private static void refuseGroups(Statement statement) {
        if (!statement.group().isEmpty()) {
            throw refused(
                    Code.NOT_SUPPORTED, statement.group().get(0).at(), "GROUP BY and windows are not supported yet");
        }
        if (statement.having() != null) {
            throw refused(Code.NOT_SUPPORTED, statement.having().at(), "HAVING is not supported yet");
        }
    }
}
