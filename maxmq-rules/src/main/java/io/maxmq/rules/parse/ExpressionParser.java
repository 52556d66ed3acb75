package io.maxmq.rules.parse;

import io.maxmq.rules.error.StatementException;
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
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

import static io.maxmq.rules.parse.Operator.NOT_BINDING;

/**
 * Reads expressions by precedence climbing. The depth of trees is bounded, so that recursion over them cannot exhaust
 * the stack.
 */
final class ExpressionParser {
    /** Brackets, calls, signs and NOTs in one another. */
    private static final int MOST_NESTING = 128;
    /** Nodes from the root to a leaf, which long chains of operators make too. */
    private static final int MOST_HEIGHT = 512;

    private static final int MOST_DIGITS = 1_233;
    private static final int COMPARISON = 4;
    private static final int SUM = 5;

    private final Tokens tokens;
    private int nesting;
    /** Of the expression that was read last. */
    private int height;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** One expression, as long as it goes. */
    Expression expression() {
        return binary(0);
    }

    /** Expressions with commas between them, one or more. */
    List<Expression> list() {
        List<Expression> list = new ArrayList<>();
        int highest = 0;
        do {
            list.add(expression());
            highest = Math.max(highest, height);
        } while (tokens.takeSign(","));
        height = highest;
        return List.copyOf(list);
    }

    /** An expression of operators that bind as closely as {@code least} or closer. */
    private Expression binary(int least) {
        enter();
        Token first = tokens.peek();
        Expression whole;
        if (least <= NOT_BINDING && tokens.takeWord("NOT")) {
            Expression not = grown(first, new Not(first.at(), binary(NOT_BINDING)));
            whole = climb(not, least, NOT_BINDING - 1);
        } else {
            whole = climb(signed(), least, Integer.MAX_VALUE);
        }
        nesting--;
        return whole;
    }

    /**
     * Parses the rest of an expression that begins with {@code operand}, with operators that bind from {@code least} to
     * {@code most}.
     */
    private Expression climb(Expression operand, int least, int most) {
        Expression left = operand;
        int closest = most;
        while (true) {
            Token token = tokens.peek();
            Operator operator = Operator.of(token);
            int binding = operator == null ? COMPARISON : operator.binding();
            if (binding < least || binding > closest) {
                return left;
            }
            int leftHeight = height;
            Expression whole;
            if (operator != null) {
                tokens.take();
                whole = new Binary(token.at(), operator, left, binary(binding + 1));
            } else {
                whole = predicate(left);
                if (whole == left) {
                    return left;
                }
            }
            height = Math.max(height, leftHeight);
            left = grown(token, whole);
            if (binding == COMPARISON) {
                closest = COMPARISON - 1; // comparisons do not chain
            }
        }
    }

    private void enter() {
        if (++nesting > MOST_NESTING) {
            throw Tokens.at(tokens.peek(), "nested more than " + MOST_NESTING + " deep");
        }
    }

    /** One above its highest child. */
    private <E extends Expression> E grown(Token at, E expression) {
        if (++height > MOST_HEIGHT) {
            throw Tokens.at(at, "more than " + MOST_HEIGHT + " operators on one another");
        }
        return expression;
    }

    /** Parses IN, BETWEEN, LIKE and IS after an operand; returns the operand itself without one of them. */
    private Expression predicate(Expression value) {
        Token first = tokens.peek();
        if (first.isWord("IS")) {
            boolean isNegated = tokens.peek(1).isWord("NOT");
            if (!tokens.peek(isNegated ? 2 : 1).isWord("NULL")) {
                return value; // a name, or an error of the next rule
            }
            tokens.skip(isNegated ? 3 : 2);
            return new IsNull(first.at(), isNegated, value);
        }
        boolean isNegated = tokens.takeWord("NOT");
        if (tokens.takeWord("IN")) {
            return in(first, isNegated, value);
        }
        if (isOperatorByPosition("BETWEEN", isNegated)) {
            Expression low = binary(SUM);
            int lowHeight = height;
            tokens.needWord("AND");
            Expression high = binary(SUM);
            height = Math.max(height, lowHeight);
            return new Between(first.at(), isNegated, value, low, high);
        }
        if (isOperatorByPosition("LIKE", isNegated)) {
            return new Like(first.at(), isNegated, value, binary(SUM));
        }
        if (isNegated) {
            throw tokens.unexpected("IN", "BETWEEN", "LIKE");
        }
        return value;
    }

    /** Returns whether the word is there and an operand behind it: else it is a name. Taken if so. */
    private boolean isOperatorByPosition(String word, boolean isSure) {
        if (tokens.isWord(word) && (isSure || startsOperand(tokens.peek(1)))) {
            tokens.take();
            return true;
        }
        return false;
    }

    private static boolean startsOperand(Token token) {
        return switch (token.kind()) {
            case WORD, QUOTED, STRING, INTEGER, FLOAT -> true;
            case SIGN -> "([+-".contains(token.text());
            case KEYWORD ->
                switch (token.text()) {
                    case "CASE", "TRUE", "FALSE", "DIV", "MOD" -> true;
                    default -> false;
                };
            case END -> false;
        };
    }

    private Expression in(Token first, boolean isNegated, Expression value) {
        Token bracket = tokens.peek();
        if (!tokens.takeSign("(")) {
            return new InArray(first.at(), isNegated, value, binary(SUM));
        }
        List<Expression> options = list();
        tokens.needSign(")", ",");
        Operator behind = Operator.of(tokens.peek());
        boolean goesOn = (behind != null && behind.binding() >= SUM) || tokens.isSign(".") || tokens.isSign("[");
        if (options.size() > 1 || !goesOn) {
            return new InList(first.at(), isNegated, value, options);
        }
        Expression operand = steps(bracket, options.get(0)); // the bracket was a part of an operand
        return new InArray(first.at(), isNegated, value, climb(operand, SUM, Integer.MAX_VALUE));
    }

    private Expression signed() {
        Token first = tokens.peek();
        if (!first.isSign("-") && !first.isSign("+")) {
            return postfix();
        }
        tokens.take();
        enter();
        Expression value = signed();
        nesting--;
        return grown(first, new Signed(first.at(), first.isSign("-"), value));
    }

    /** An operand with its path. */
    private Expression postfix() {
        Token first = tokens.peek();
        Expression base = primary();
        return first.isSign("(") || base instanceof Name ? steps(first, base) : base;
    }

    /** Parses an optional path after {@code base}. */
    private Expression steps(Token first, Expression base) {
        if (!tokens.isSign(".") && !tokens.isSign("[")) {
            return base;
        }
        int highest = height;
        StringBuilder dotted =
                base instanceof Name name && first.kind() == Token.Kind.WORD ? new StringBuilder(name.text()) : null;
        List<Step> steps = new ArrayList<>();
        while (true) {
            if (tokens.takeSign(".")) {
                Token step = tokens.peek();
                steps.add(new Expression.Key(step.at(), key(steps.isEmpty())));
                dotted = dotted != null && step.kind() == Token.Kind.WORD
                        ? dotted.append('.').append(step.text())
                        : null;
                if (dotted != null && tokens.isSign("(")) {
                    return call(first, dotted.toString());
                }
                continue;
            }
            Token bracket = tokens.peek();
            if (!bracket.isSign("[")) {
                break;
            }
            dotted = null;
            Range range = range();
            if (range != null) {
                height = highest;
                return grown(first, new Path(base.at(), base, List.copyOf(steps), range));
            }
            tokens.take();
            steps.add(new Index(bracket.at(), expression()));
            highest = Math.max(highest, height);
            tokens.needSign("]");
        }
        height = highest;
        return grown(first, new Path(base.at(), base, List.copyOf(steps), null));
    }

    /**
     * The key behind a point: a name, a number as it is written, or a string.
     *
     * @param isFirst of its path
     */
    String key(boolean isFirst) {
        Token step = tokens.peek();
        if (step.kind() == Token.Kind.INTEGER) {
            Token before = tokens.peek(-2);
            if (!isFirst && before.kind() == Token.Kind.INTEGER) {
                throw Tokens.at(step, "two numbers follow each other in a path: put them into quotes");
            }
            return tokens.take().text();
        }
        if (!step.isName() && step.kind() != Token.Kind.STRING) {
            throw tokens.unexpected("a name", "an integer", "a string");
        }
        return tokens.take().text();
    }

    /** {@code [from..to]}; null, and nothing taken, when another bracket is there. */
    private @Nullable Range range() {
        if (!tokens.isSign("[")) {
            return null;
        }
        int length = tokens.peek(1).isSign("-") ? 2 : 1;
        if (tokens.peek(length).kind() != Token.Kind.INTEGER
                || !tokens.peek(length + 1).isSign("..")) {
            return null;
        }
        Token bracket = tokens.take();
        BigInteger from = bound();
        tokens.needSign("..");
        BigInteger to = bound();
        tokens.needSign("]");
        height = 1;
        return new Range(bracket.at(), from, to);
    }

    private BigInteger bound() {
        boolean isMinus = tokens.takeSign("-");
        BigInteger value = integer();
        return isMinus ? value.negate() : value;
    }

    /** An integer without a sign. */
    BigInteger integer() {
        Token token = tokens.peek();
        if (token.kind() != Token.Kind.INTEGER) {
            throw tokens.unexpected("an integer");
        }
        if (token.text().length() > MOST_DIGITS) {
            throw Tokens.at(token, "an integer of more than " + MOST_DIGITS + " digits");
        }
        return new BigInteger(tokens.take().text());
    }

    private Expression primary() {
        Token token = tokens.peek();
        height = 1;
        switch (token.kind()) {
            case INTEGER:
                return new IntegerConstant(token.at(), integer());
            case FLOAT:
                double value = Double.parseDouble(token.text());
                if (Double.isInfinite(value)) {
                    throw Tokens.at(token, "no float is as large as " + token.shown());
                }
                tokens.take();
                return new FloatConstant(token.at(), value);
            case STRING:
                return new StringConstant(token.at(), tokens.take().text());
            case QUOTED:
                tokens.take();
                return tokens.isSign("(") ? call(token, token.text()) : new Name(token.at(), token.text());
            case WORD:
                return word();
            case KEYWORD:
                return keyword();
            case SIGN:
                return bracketed();
            default:
                throw noOperand();
        }
    }

    private StatementException noOperand() {
        return tokens.unexpected("a value", "a name", "a call", "(", "[");
    }

    private Expression word() {
        Token token = tokens.take();
        boolean isCall = tokens.isSign("(");
        if (isCall && token.isWord("CAST")) {
            return cast(token);
        }
        if (isCall) {
            return call(token, token.text());
        }
        if (token.isWord("NULL") && !tokens.isSign(".") && !tokens.isSign("[")) {
            return new NullConstant(token.at());
        }
        return new Name(token.at(), token.text());
    }

    private Expression keyword() {
        Token token = tokens.peek();
        switch (token.text()) {
            case "TRUE", "FALSE":
                tokens.take();
                return new BooleanConstant(token.at(), token.text().equals("TRUE"));
            case "CASE":
                return oneOfCases();
            case "DIV", "MOD":
                if (tokens.peek(1).isSign("(")) {
                    tokens.take();
                    return call(token, token.text().equals("DIV") ? "div" : "mod");
                }
                throw noOperand();
            default:
                throw noOperand();
        }
    }

    private Expression bracketed() {
        Token token = tokens.peek();
        if (tokens.takeSign("(")) {
            Expression inside = expression();
            tokens.needSign(")");
            return inside;
        }
        Range range = range();
        if (range != null) {
            return range;
        }
        if (!tokens.takeSign("[")) {
            throw noOperand();
        }
        height = 0;
        List<Expression> elements = tokens.isSign("]") ? List.of() : list();
        tokens.needSign("]", ",");
        return grown(token, new ArrayOf(token.at(), elements));
    }

    /** The brackets of a call and what follows them; the name has been taken. */
    private Expression call(Token first, String name) {
        tokens.needSign("(");
        boolean isOverAll = tokens.isSign("*") && tokens.peek(1).isSign(")");
        height = 0;
        List<Expression> arguments = List.of();
        if (isOverAll) {
            tokens.take();
        } else if (!tokens.isSign(")")) {
            arguments = list();
        }
        tokens.needSign(")", ",");
        int highest = height;
        Over over = tokens.isWord("OVER") && tokens.peek(1).isSign("(") ? over() : null;
        height = Math.max(highest, height);
        return grown(first, new Call(first.at(), name, arguments, isOverAll, over));
    }

    private Over over() {
        Token first = tokens.take();
        tokens.needSign("(");
        List<Expression> partition = List.of();
        int highest = 0;
        if (tokens.takeWord("PARTITION")) {
            tokens.needWord("BY");
            partition = list();
            highest = height;
        }
        Expression when = tokens.takeWord("WHEN") ? expression() : null;
        tokens.needSign(")");
        height = Math.max(highest, height);
        return new Over(first.at(), partition, when);
    }

    private Expression cast(Token first) {
        tokens.needSign("(");
        Expression value = expression();
        tokens.needWord("AS");
        if (!tokens.peek().isName()) {
            throw tokens.unexpected("the name of a type");
        }
        String type = tokens.take().text();
        tokens.needSign(")");
        return grown(first, new Cast(first.at(), value, type));
    }

    private Expression oneOfCases() {
        Token first = tokens.take();
        height = 0;
        Expression subject = tokens.isWord("WHEN") ? null : expression();
        int highest = height;
        List<Branch> branches = new ArrayList<>();
        tokens.needWord("WHEN");
        do {
            Expression when = expression();
            highest = Math.max(highest, height);
            tokens.needWord("THEN");
            branches.add(new Branch(when, expression()));
            highest = Math.max(highest, height);
        } while (tokens.takeWord("WHEN"));
        Expression otherwise = tokens.takeWord("ELSE") ? expression() : null;
        tokens.needWord("END", otherwise == null ? new String[] {"WHEN", "ELSE"} : new String[0]);
        height = Math.max(highest, height);
        return grown(first, new Case(first.at(), subject, List.copyOf(branches), otherwise));
    }
}
