package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.error.StatementException.Code;
import io.maxmq.rules.parse.Expression;
import io.maxmq.rules.parse.Expression.ArrayOf;
import io.maxmq.rules.parse.Expression.Between;
import io.maxmq.rules.parse.Expression.Binary;
import io.maxmq.rules.parse.Expression.BooleanConstant;
import io.maxmq.rules.parse.Expression.Branch;
import io.maxmq.rules.parse.Expression.Call;
import io.maxmq.rules.parse.Expression.Case;
import io.maxmq.rules.parse.Expression.Cast;
import io.maxmq.rules.parse.Expression.FloatConstant;
import io.maxmq.rules.parse.Expression.InArray;
import io.maxmq.rules.parse.Expression.InList;
import io.maxmq.rules.parse.Expression.Index;
import io.maxmq.rules.parse.Expression.IntegerConstant;
import io.maxmq.rules.parse.Expression.IsNull;
import io.maxmq.rules.parse.Expression.Like;
import io.maxmq.rules.parse.Expression.Name;
import io.maxmq.rules.parse.Expression.Not;
import io.maxmq.rules.parse.Expression.NullConstant;
import io.maxmq.rules.parse.Expression.Path;
import io.maxmq.rules.parse.Expression.Range;
import io.maxmq.rules.parse.Expression.Signed;
import io.maxmq.rules.parse.Expression.StringConstant;
import io.maxmq.rules.parse.NearestName;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.parse.Printer;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes nodes of expressions. What is the same on every event is worked out once, unless it fails: then it fails on each event. */
final class ExpressionCompiler {
    private static final List<String> TYPES = List.of("int", "float", "string", "bool");
    private static final String PAYLOAD = "payload";

    private final CompileOptions options;
    private final CallChecks checks;
    private final Frame noEvent;

    ExpressionCompiler(CompileOptions options, CallChecks checks) {
        this.options = options;
        this.checks = checks;
        this.noEvent = new Evaluation(new ConstantEvaluation(options.limits())).frame(0, null, null);
    }

    /** The node of an expression in a clause. */
    Node node(Expression expression, Scope scope) {
        Node node = untraced(expression, scope);
        return options.isTraced() && !node.isConstant() ? new TracedNode(node, Printer.text(expression)) : node;
    }

    private Node[] nodes(List<Expression> expressions, Scope scope) {
        Node[] nodes = new Node[expressions.size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = node(expressions.get(i), scope);
        }
        return nodes;
    }

    private Node untraced(Expression expression, Scope scope) {
        Position at = expression.at();
        if (expression instanceof IntegerConstant constant) {
            return new Constant(at, Numbers.integer(constant.value()));
        }
        if (expression instanceof FloatConstant constant) {
            return new Constant(at, constant.value());
        }
        if (expression instanceof StringConstant constant) {
            return new Constant(at, Text.of(constant.value()));
        }
        if (expression instanceof BooleanConstant constant) {
            return new Constant(at, constant.value());
        }
        if (expression instanceof NullConstant) {
            return new Constant(at, null);
        }
        if (expression instanceof Name name) {
            return scope.name(at, name.text());
        }
        if (expression instanceof Path path) {
            return path(path, scope);
        }
        if (expression instanceof Call call) {
            return call(call, scope);
        }
        return operation(expression, scope);
    }

    private Node operation(Expression expression, Scope scope) {
        Position at = expression.at();
        if (expression instanceof Binary binary) {
            return binary(binary, scope);
        }
        if (expression instanceof Signed signed) {
            Node value = node(signed.value(), scope);
            return folded(new ValueOperations.Signed(at, signed.isMinus(), value), value);
        }
        if (expression instanceof Not not) {
            Node condition = node(not.condition(), scope);
            return folded(new Logic.Not(at, condition), condition);
        }
        if (expression instanceof IsNull isNull) {
            Node value = node(isNull.value(), scope);
            return folded(new Logic.IsNull(at, isNull.isNegated(), value), value);
        }
        if (expression instanceof InList in) {
            Node value = node(in.value(), scope);
            Node[] list = nodes(in.options(), scope);
            return folded(new Membership.InList(at, in.isNegated(), value, list), with(value, list));
        }
        if (expression instanceof InArray in) {
            Node value = node(in.value(), scope);
            Node array = node(in.array(), scope);
            return folded(new Membership.InArray(at, in.isNegated(), value, array), value, array);
        }
        if (expression instanceof Between between) {
            Node value = node(between.value(), scope);
            Node low = node(between.low(), scope);
            Node high = node(between.high(), scope);
            return folded(new Membership.Between(at, between.isNegated(), value, low, high), value, low, high);
        }
        if (expression instanceof Like like) {
            Node value = node(like.value(), scope);
            Node pattern = node(like.pattern(), scope);
            return folded(new Membership.Like(at, like.isNegated(), value, pattern), value, pattern);
        }
        if (expression instanceof ArrayOf array) {
            Node[] elements = nodes(array.elements(), scope);
            return folded(new ValueOperations.ArrayOf(at, elements), elements);
        }
        if (expression instanceof Range range) {
            return folded(new ValueOperations.Integers(at, range.from(), range.to()));
        }
        if (expression instanceof Case cases) {
            return cases(cases, scope);
        }
        return cast((Cast) expression, scope);
    }

    private Node binary(Binary binary, Scope scope) {
        Position at = binary.at();
        Node left = node(binary.left(), scope);
        Node right = node(binary.right(), scope);
        Node node = switch (binary.operator()) {
            case OR -> new Logic.Or(at, left, right);
            case AND -> new Logic.And(at, left, right);
            case EQUAL, UNEQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, MATCHES ->
                new Comparison(at, binary.operator(), left, right);
            case JOIN -> new ValueOperations.Join(at, left, right);
            case PLUS, MINUS, TIMES, DIVIDE, REMAINDER, DIV, MOD -> new Arithmetic(at, binary.operator(), left, right);
        };
        return folded(node, left, right);
    }

    private Node cases(Case cases, Scope scope) {
        Node subject = cases.subject() == null ? null : node(cases.subject(), scope);
        Node[] whens = new Node[cases.branches().size()];
        Node[] thens = new Node[whens.length];
        for (int i = 0; i < whens.length; i++) {
            Branch branch = cases.branches().get(i);
            whens[i] = node(branch.when(), scope);
            thens[i] = node(branch.then(), scope);
        }
        Node otherwise = cases.otherwise() == null ? new Constant(cases.at(), null) : node(cases.otherwise(), scope);
        return subject == null
                ? new ValueOperations.Choice(cases.at(), whens, thens, otherwise)
                : new ValueOperations.Match(cases.at(), subject, whens, thens, otherwise);
    }

    private Node cast(Cast cast, Scope scope) {
        String type = cast.type().toLowerCase(Locale.ROOT);
        if (!TYPES.contains(type)) {
            String nearest = NearestName.name(type, TYPES);
            throw refused(
                    Code.SYNTAX_ERROR,
                    cast.at(),
                    "no type to cast to is called " + cast.type() + ", expected int, float, string or bool"
                            + (nearest == null ? "" : "; did you mean " + nearest + '?'));
        }
        String function = type.equals("string") ? "str" : type;
        return call(new Call(cast.at(), function, List.of(cast.value()), false, null), scope);
    }

    private Node call(Call call, Scope scope) {
        CallChecks.Callee callee = checks.callee(call);
        if (callee.definition() == null) {
            return new FieldReads.ItemIndex(call.at());
        }
        Node[] arguments = nodes(call.arguments(), scope);
        checks.arguments(call, callee.definition(), arguments);
        Node node = new FunctionCall(call.at(), callee.definition(), arguments);
        return callee.definition().pure() ? folded(node, arguments) : node;
    }

    private Node path(Path path, Scope scope) {
        Range range = path.range();
        Node whole = path.steps().isEmpty() && !isPayload(path.base()) ? node(path.base(), scope) : steps(path, scope);
        return range == null ? whole : folded(new FieldReads.Part(range.at(), whole, range.from(), range.to()), whole);
    }

    private static boolean isPayload(Expression base) {
        return base instanceof Name name && name.text().equals(PAYLOAD);
    }

    private Node steps(Path path, Scope scope) {
        Step[] steps = new Step[path.steps().size()];
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            if (path.steps().get(i) instanceof Expression.Key key) {
                steps[i] = new Step.Key(key.name());
                if (keys.size() == i) {
                    keys.add(key.name());
                }
            } else {
                Node index = index(((Index) path.steps().get(i)).index(), isPayload(path.base()), scope);
                steps[i] = index instanceof Constant constant && constant.value() instanceof Text key
                        ? new Step.Key(key.toString())
                        : new Step.Index(index);
            }
        }
        if (path.base() instanceof Name name) {
            return scope.path(path.at(), name.text(), keys, steps);
        }
        Node base = node(path.base(), scope);
        return new FieldReads.Path(path.at(), base, steps);
    }

    /** An index; in a path into the payload a name is looked up there first. */
    Node index(Expression index, boolean isInPayload, Scope scope) {
        Node node = node(index, scope);
        return isInPayload && index instanceof Name name
                ? new FieldReads.PayloadMember(index.at(), name.text(), node)
                : node;
    }

    /** The node, or its value where all that it depends on is constant. */
    private Node folded(Node node, Node... parts) {
        for (Node part : parts) {
            if (!part.isConstant()) {
                return node;
            }
        }
        try {
            return new Constant(node.at(), node.value(noEvent));
        } catch (EvaluationException e) {
            return node; // it fails on the event, where the rules have their errors
        }
    }

    private static Node[] with(Node first, Node[] others) {
        Node[] all = new Node[others.length + 1];
        all[0] = first;
        System.arraycopy(others, 0, all, 1, others.length);
        return all;
    }

    static StatementException refused(Code code, Position at, String problem) {
        return refused(code, at, problem, null);
    }

    private static StatementException refused(Code code, Position at, String problem, @Nullable Throwable cause) {
        return new StatementException(code, at.line(), at.column(), problem, cause);
    }
}
