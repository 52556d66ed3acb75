package io.maxmq.rules.parse;

import org.jspecify.annotations.Nullable;

/** The operators between two values. */
public enum Operator {
    OR("OR", 1),
    AND("AND", 2),
    EQUAL("=", 4),
    UNEQUAL("!=", 4),
    LESS("<", 4),
    LESS_OR_EQUAL("<=", 4),
    GREATER(">", 4),
    GREATER_OR_EQUAL(">=", 4),
    MATCHES("=~", 4),
    PLUS("+", 5),
    MINUS("-", 5),
    JOIN("||", 5),
    TIMES("*", 6),
    DIVIDE("/", 6),
    REMAINDER("%", 6),
    DIV("DIV", 6),
    MOD("MOD", 6);

    /** NOT binds between AND and the comparisons. */
    static final int NOT_BINDING = 3;

    private final String sign;
    private final int binding;

    Operator(String sign, int binding) {
        this.sign = sign;
        this.binding = binding;
    }

    /** As statements have it, and errors name it. */
    public String sign() {
        return sign;
    }

    /** The higher the closer. */
    int binding() {
        return binding;
    }

    /** The operator of a token; null for another token. */
    static @Nullable Operator of(Token token) {
        if (token.kind() == Token.Kind.SIGN) {
            return switch (token.text()) {
                case "=", "==" -> EQUAL;
                case "!=", "<>" -> UNEQUAL;
                case "<" -> LESS;
                case "<=" -> LESS_OR_EQUAL;
                case ">" -> GREATER;
                case ">=" -> GREATER_OR_EQUAL;
                case "=~" -> MATCHES;
                case "+" -> PLUS;
                case "-" -> MINUS;
                case "||" -> JOIN;
                case "*" -> TIMES;
                case "/" -> DIVIDE;
                case "%" -> REMAINDER;
                default -> null;
            };
        }
        if (token.kind() != Token.Kind.KEYWORD) {
            return null;
        }
        return switch (token.text()) {
            case "OR" -> OR;
            case "AND" -> AND;
            case "DIV" -> DIV;
            case "MOD" -> MOD;
            default -> null;
        };
    }
}
