package io.maxmq.rules.parse;

import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.parse.Statement.Field;
import io.maxmq.rules.parse.Statement.From;
import io.maxmq.rules.parse.Statement.Group;
import io.maxmq.rules.parse.Statement.Join;
import io.maxmq.rules.parse.Statement.Target;
import io.maxmq.rules.parse.Statement.TargetIndex;
import io.maxmq.rules.parse.Statement.TargetKey;
import io.maxmq.rules.parse.Statement.TargetReference;
import io.maxmq.rules.parse.Statement.TargetStep;
import java.util.ArrayList;
import java.util.List;

/** Reads a statement. Linear in its length. */
public final class StatementParser {
    private static final int MOST_CHARACTERS = 65_536;

    private final Tokens tokens;
    private final ExpressionParser expressions;

    private StatementParser(String text) {
        this.tokens = new Tokens(text);
        this.expressions = new ExpressionParser(tokens);
    }

    /**
     * The tree of a statement. That its names mean something is not looked at.
     *
     * @throws StatementException SYNTAX_ERROR, ILLEGAL_CHARACTER, UNTERMINATED_STRING or UNTERMINATED_REMARK, at the first token that
     *     can't stand where it stands
     */
    public static Statement statement(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new StatementException(
                    StatementException.Code.SYNTAX_ERROR,
                    1,
                    1,
                    "a statement has " + MOST_CHARACTERS + " characters at most, this one has " + text.length(),
                    null);
        }
        return new StatementParser(text).statement();
    }

    private Statement statement() {
        boolean isForEach = tokens.takeWord("FOREACH");
        if (!isForEach) {
            tokens.needWord("SELECT", "FOREACH");
        }
        List<Field> fields = fields();
        List<Field> perElement = isForEach && tokens.takeWord("DO") ? fields() : null;
        Expression inCase = isForEach && tokens.takeWord("INCASE") ? expressions.expression() : null;
        tokens.needWord("FROM", afterFields(isForEach, perElement != null, inCase != null));
        List<From> sources = new ArrayList<>();
        do {
            sources.add(source());
        } while (tokens.takeSign(","));
        List<Join> joins = new ArrayList<>();
        while ((tokens.isWord("LEFT") || tokens.isWord("INNER"))
                && tokens.peek(1).isWord("JOIN")) {
            joins.add(join());
        }
        Expression where = tokens.takeWord("WHERE") ? expressions.expression() : null;
        List<Group> group = !isForEach && tokens.isWord("GROUP") ? group() : List.of();
        Expression having = !isForEach && tokens.takeWord("HAVING") ? expressions.expression() : null;
        tokens.takeSign(";");
        if (tokens.peek().kind() != Token.Kind.END) {
            throw tokens.unexpected(afterSources(isForEach, where != null, !group.isEmpty()));
        }
        return new Statement(
                isForEach, fields, perElement, inCase, List.copyOf(sources), List.copyOf(joins), where, group, having);
    }

    private static String[] afterFields(boolean isForEach, boolean hasDo, boolean hasInCase) {
        if (hasInCase) {
            return new String[] {"an operator"};
        }
        if (!isForEach) {
            return new String[] {"an operator", "AS", ","};
        }
        return hasDo
                ? new String[] {"an operator", "AS", ",", "INCASE"}
                : new String[] {"an operator", "AS", ",", "DO", "INCASE"};
    }

    private static String[] afterSources(boolean isForEach, boolean hasWhere, boolean hasGroup) {
        List<String> expected = new ArrayList<>();
        if (!hasWhere && !hasGroup) {
            expected.addAll(List.of(",", "WHERE"));
        } else {
            expected.add("an operator");
        }
        if (!isForEach) {
            expected.addAll(hasGroup ? List.of("HAVING") : List.of("GROUP", "HAVING"));
        }
        expected.add("the end of the statement");
        return expected.toArray(String[]::new);
    }

    private List<Field> fields() {
        List<Field> fields = new ArrayList<>();
        do {
            fields.add(field());
        } while (tokens.takeSign(","));
        return List.copyOf(fields);
    }

    private Field field() {
        Token first = tokens.peek();
        if (tokens.takeSign("*")) {
            return new Field(first.at(), null, null);
        }
        Expression value = expressions.expression();
        if (tokens.takeWord("AS")) {
            if (!tokens.peek().isName()) {
                throw tokens.unexpected("a name");
            }
            return new Field(first.at(), value, target());
        }
        return new Field(first.at(), value, tokens.peek().isName() ? target() : null);
    }

    private Target target() {
        Token name = tokens.take();
        List<TargetStep> steps = new ArrayList<>();
        while (true) {
            if (tokens.takeSign(".")) {
                steps.add(new TargetKey(expressions.key(steps.isEmpty())));
            } else if (tokens.takeSign("[")) {
                steps.add(targetIndex());
                tokens.needSign("]");
            } else {
                return new Target(name.at(), name.text(), List.copyOf(steps));
            }
        }
    }

    private TargetStep targetIndex() {
        if (tokens.peek().isName()) {
            Token first = tokens.peek();
            Expression path = expressions.expression();
            if (path instanceof Expression.NullConstant) {
                path = new Expression.Name(first.at(), first.text()); // a name can stand here, a constant cannot
            }
            boolean isPath = path instanceof Expression.Name
                    || (path instanceof Expression.Path p && p.base() instanceof Expression.Name && p.range() == null);
            if (!isPath) {
                throw Tokens.at(first, "the index of a target is an integer or a path");
            }
            return new TargetReference(path);
        }
        boolean isFromEnd = tokens.takeSign("-");
        if (!isFromEnd) {
            tokens.takeSign("+");
        }
        return new TargetIndex(isFromEnd, expressions.integer());
    }

    private From source() {
        Token token = tokens.peek();
        if (!token.isName() && token.kind() != Token.Kind.STRING) {
            throw tokens.unexpected("a topic filter or an event in quotes");
        }
        return new From(token.at(), tokens.take().text());
    }

    private Join join() {
        boolean isLeft = tokens.take().isWord("LEFT");
        tokens.needWord("JOIN");
        Token table = tokens.peek();
        String name = name("the name of a table");
        tokens.takeWord("AS");
        String alias = name("a name");
        tokens.needWord("ON");
        return new Join(table.at(), isLeft, name, alias, expressions.expression());
    }

    private String name(String what) {
        if (!tokens.peek().isName()) {
            throw tokens.unexpected(what);
        }
        return tokens.take().text();
    }

    private List<Group> group() {
        tokens.take();
        tokens.needWord("BY");
        List<Group> items = new ArrayList<>();
        do {
            Token first = tokens.peek();
            Expression value = expressions.expression();
            items.add(new Group(first.at(), value, tokens.isWord("FILTER") ? filter() : null));
        } while (tokens.takeSign(","));
        return List.copyOf(items);
    }

    private Expression filter() {
        tokens.take();
        tokens.needSign("(");
        tokens.needWord("WHERE");
        Expression condition = expressions.expression();
        tokens.needSign(")");
        return condition;
    }
}
