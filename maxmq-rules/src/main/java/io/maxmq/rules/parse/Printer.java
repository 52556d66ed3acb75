package io.maxmq.rules.parse;

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
import io.maxmq.rules.parse.Expression.Over;
import io.maxmq.rules.parse.Expression.Path;
import io.maxmq.rules.parse.Expression.Range;
import io.maxmq.rules.parse.Expression.Signed;
import io.maxmq.rules.parse.Expression.Step;
import io.maxmq.rules.parse.Expression.StringConstant;
import io.maxmq.rules.parse.Statement.Field;
import io.maxmq.rules.parse.Statement.From;
import io.maxmq.rules.parse.Statement.Group;
import io.maxmq.rules.parse.Statement.Join;
import io.maxmq.rules.parse.Statement.Target;
import io.maxmq.rules.parse.Statement.TargetIndex;
import io.maxmq.rules.parse.Statement.TargetKey;
import io.maxmq.rules.parse.Statement.TargetReference;
import io.maxmq.rules.parse.Statement.TargetStep;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a tree as a statement that reads as the same tree: keywords in capitals, one space, brackets only where they are needed. */
public final class Printer {
    private static final int ANY = 0;
    private static final int SUM = 5;
    private static final int COMPARISON = 4;
    private static final int SIGNED = 7;
    private static final int OPERAND = 8;
    /** Names that stand without quotes only where no keyword of this spelling could: they get quotes everywhere. */
    private static final Set<String> KEYWORDS_BY_POSITION = Set.of(
            "GROUP",
            "BY",
            "HAVING",
            "LIKE",
            "BETWEEN",
            "IS",
            "JOIN",
            "LEFT",
            "INNER",
            "ON",
            "OVER",
            "PARTITION",
            "FILTER",
            "CAST",
            "NULL");

    private final StringBuilder out = new StringBuilder();

    private Printer() {}

    /** The statement as text, without a semicolon. */
    public static String text(Statement statement) {
        Printer printer = new Printer();
        printer.statement(statement);
        return printer.out.toString();
    }

    /** An expression as text. */
    public static String text(Expression expression) {
        Printer printer = new Printer();
        printer.expression(expression, ANY);
        return printer.out.toString();
    }

    private void statement(Statement statement) {
        out.append(statement.isForEach() ? "FOREACH " : "SELECT ");
        fields(statement.fields());
        List<Field> perElement = statement.perElement();
        if (perElement != null) {
            out.append(" DO ");
            fields(perElement);
        }
        clause(" INCASE ", statement.inCase());
        String separator = " FROM ";
        for (From source : statement.sources()) {
            quoted(out.append(separator), '"', source.text());
            separator = ", ";
        }
        for (Join join : statement.joins()) {
            out.append(join.isLeft() ? " LEFT JOIN " : " INNER JOIN ");
            name(join.table());
            out.append(" AS ");
            name(join.alias());
            clause(" ON ", join.on());
        }
        clause(" WHERE ", statement.where());
        separator = " GROUP BY ";
        for (Group item : statement.group()) {
            out.append(separator);
            expression(item.value(), ANY);
            if (item.filter() != null) {
                clause(" FILTER (WHERE ", item.filter());
                out.append(')');
            }
            separator = ", ";
        }
        clause(" HAVING ", statement.having());
    }

    private void clause(String keyword, @Nullable Expression expression) {
        if (expression != null) {
            out.append(keyword);
            expression(expression, ANY);
        }
    }

    private void fields(List<Field> fields) {
        String separator = "";
        for (Field field : fields) {
            out.append(separator);
            separator = ", ";
            if (field.value() == null) {
                out.append('*');
                continue;
            }
            expression(field.value(), ANY);
            if (field.target() != null) {
                out.append(" AS ");
                target(field.target());
            }
        }
    }

    private void target(Target target) {
        name(target.name());
        for (TargetStep step : target.steps()) {
            if (step instanceof TargetKey key) {
                out.append('.');
                name(key.name());
            } else if (step instanceof TargetIndex index) {
                out.append(index.isFromEnd() ? "[-" : "[").append(index.index()).append(']');
            } else {
                out.append('[');
                expression(((TargetReference) step).path(), ANY);
                out.append(']');
            }
        }
    }

    /** Writes it, in brackets when it binds more loosely than its surroundings. */
    private void expression(Expression expression, int surroundings) {
        boolean isBracketed = binding(expression) < surroundings;
        if (isBracketed) {
            out.append('(');
        }
        if (expression instanceof Binary binary) {
            int binding = binary.operator().binding();
            // With equal precedence the left operand binds first; a comparison has no comparison as an operand.
            expression(binary.left(), binding == COMPARISON ? SUM : binding);
            out.append(' ').append(binary.operator().sign()).append(' ');
            expression(binary.right(), binding + 1);
        } else if (expression instanceof Not not) {
            out.append("NOT ");
            expression(not.condition(), Operator.NOT_BINDING);
        } else if (expression instanceof Signed signed) {
            out.append(signed.isMinus() ? '-' : '+');
            // Two minus signs would begin a remark.
            expression(signed.value(), signed.value() instanceof Signed ? OPERAND : SIGNED);
        } else if (binding(expression) == COMPARISON) {
            predicate(expression);
        } else {
            operand(expression);
        }
        if (isBracketed) {
            out.append(')');
        }
    }

    private static int binding(Expression expression) {
        if (expression instanceof Binary binary) {
            return binary.operator().binding();
        }
        if (expression instanceof Not) {
            return Operator.NOT_BINDING;
        }
        if (expression instanceof Signed) {
            return SIGNED;
        }
        boolean isPredicate = expression instanceof InList
                || expression instanceof InArray
                || expression instanceof Between
                || expression instanceof Like
                || expression instanceof IsNull;
        return isPredicate ? COMPARISON : OPERAND;
    }

    private void predicate(Expression expression) {
        if (expression instanceof InList in) {
            subject(in.value(), in.isNegated(), "IN (");
            list(in.options());
            out.append(')');
        } else if (expression instanceof InArray in) {
            subject(in.value(), in.isNegated(), "IN ");
            expression(in.array(), SUM); // never a lone bracket, which would be a list
        } else if (expression instanceof Between between) {
            subject(between.value(), between.isNegated(), "BETWEEN ");
            expression(between.low(), SUM);
            out.append(" AND ");
            expression(between.high(), SUM);
        } else if (expression instanceof Like like) {
            subject(like.value(), like.isNegated(), "LIKE ");
            expression(like.pattern(), SUM);
        } else if (expression instanceof IsNull isNull) {
            expression(isNull.value(), SUM);
            out.append(isNull.isNegated() ? " IS NOT NULL" : " IS NULL");
        }
    }

    private void subject(Expression value, boolean isNegated, String operator) {
        expression(value, SUM);
        out.append(isNegated ? " NOT " : " ").append(operator);
    }

    private void operand(Expression expression) {
        if (expression instanceof IntegerConstant constant) {
            out.append(constant.value());
        } else if (expression instanceof FloatConstant constant) {
            out.append(constant.value());
        } else if (expression instanceof StringConstant constant) {
            quoted(out, '\'', constant.value());
        } else if (expression instanceof BooleanConstant constant) {
            out.append(constant.value() ? "TRUE" : "FALSE");
        } else if (expression instanceof NullConstant) {
            out.append("NULL");
        } else if (expression instanceof Name name) {
            name(name.text());
        } else if (expression instanceof Path path) {
            path(path);
        } else if (expression instanceof Range range) {
            range(range);
        } else if (expression instanceof ArrayOf array) {
            out.append('[');
            list(array.elements());
            out.append(']');
        } else if (expression instanceof Call call) {
            call(call);
        } else if (expression instanceof Case cases) {
            cases(cases);
        } else if (expression instanceof Cast cast) {
            out.append("CAST(");
            expression(cast.value(), ANY);
            out.append(" AS ");
            name(cast.type());
            out.append(')');
        }
    }

    private void path(Path path) {
        boolean isBare = path.base() instanceof Name;
        out.append(isBare ? "" : "(");
        expression(path.base(), ANY);
        out.append(isBare ? "" : ")");
        for (Step step : path.steps()) {
            if (step instanceof Expression.Key key) {
                out.append('.');
                name(key.name());
            } else {
                out.append('[');
                expression(((Index) step).index(), ANY);
                out.append(']');
            }
        }
        if (path.range() != null) {
            range(path.range());
        }
    }

    private void range(Range range) {
        out.append('[').append(range.from()).append("..").append(range.to()).append(']');
    }

    private void list(List<Expression> expressions) {
        String separator = "";
        for (Expression expression : expressions) {
            out.append(separator);
            expression(expression, ANY);
            separator = ", ";
        }
    }

    private void call(Call call) {
        String[] parts = call.name().split("\\.", -1);
        boolean isPlain = true;
        for (String part : parts) {
            isPlain &= isPlain(part);
        }
        if (isPlain || call.name().equals("div") || call.name().equals("mod")) {
            out.append(call.name());
        } else {
            quoted(out, '"', call.name());
        }
        out.append('(').append(call.isOverAll() ? "*" : "");
        list(call.arguments());
        out.append(')');
        Over over = call.over();
        if (over == null) {
            return;
        }
        out.append(" OVER (");
        if (!over.partition().isEmpty()) {
            out.append("PARTITION BY ");
            list(over.partition());
        }
        clause(over.partition().isEmpty() ? "WHEN " : " WHEN ", over.when());
        out.append(')');
    }

    private void cases(Case cases) {
        out.append("CASE");
        clause(" ", cases.subject());
        for (Branch branch : cases.branches()) {
            clause(" WHEN ", branch.when());
            clause(" THEN ", branch.then());
        }
        clause(" ELSE ", cases.otherwise());
        out.append(" END");
    }

    private void name(String name) {
        if (isPlain(name)) {
            out.append(name);
        } else {
            quoted(out, '"', name);
        }
    }

    private static boolean isPlain(String name) {
        if (name.isEmpty()
                || Lexer.KEYWORDS.contains(Token.capitals(name))
                || KEYWORDS_BY_POSITION.contains(Token.capitals(name))) {
            return false;
        }
        int first = name.codePointAt(0);
        return (first == '_' || Character.isLetter(first))
                && name.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || "_$@~".indexOf(c) >= 0);
    }

    private static void quoted(StringBuilder out, char quote, String text) {
        String one = String.valueOf(quote);
        out.append(quote).append(text.replace(one, one + one)).append(quote);
    }
}
