package io.maxmq.rules.parse;

import java.util.List;
import java.util.Random;

/** Makes statements of the whole language at random, the same ones of the same seed. */
public final class StatementGenerator {
    private static final List<String> NAMES =
            List.of("a", "b", "payload", "topic", "x1", "_y", "\"a b\"", "\"from\"", "like", "left", "null", "größe");
    private static final List<String> KEYS = List.of("a", "b", "list", "'k'", "\"q\"", "1", "group");
    /** Most of what joins values as text: other operators fail on most operands, and then there is little to see. */
    private static final List<String> SUMS = List.of(
            "||", "||", "||", "||", "||", "||", "||", "||", "||", "||", "||", "+", "+", "+", "-", "*", "/", "%", "DIV",
            "mod");

    private static final List<String> COMPARISONS = List.of("=", "==", "!=", "<>", "<", "<=", ">", ">=", "=~");
    private static final List<String> TOKENS = List.of(
            "SELECT", "FOREACH", "DO", "INCASE", "FROM", "WHERE", "AS", "AND", "OR", "NOT", "IN", "CASE", "WHEN",
            "THEN", "ELSE", "END", "LIKE", "BETWEEN", "IS", "NULL", "TRUE", "DIV", "MOD", "GROUP", "BY", "CAST", "OVER",
            "a", "b", "payload", "f", "'s'", "\"t\"", "1", "2.5", "1e3", "(", ")", "[", "]", ",", ".", "..", ";", "*",
            "+", "-", "||", "/", "%", "=", "!=", "<", ">=", "=~");

    private final Random random;

    /** Of this seed. */
    public StatementGenerator(long seed) {
        this.random = new Random(seed);
    }

    /** A statement that is one. */
    public String statement() {
        boolean isForEach = chance(4);
        StringBuilder text = new StringBuilder(isForEach ? "FOREACH " : "SELECT ").append(fields());
        if (isForEach && chance(2)) {
            text.append(" DO ").append(fields());
        }
        if (isForEach && chance(2)) {
            text.append(" INCASE ").append(expression(3));
        }
        text.append(" FROM \"t/#\"");
        if (chance(3)) {
            text.append(", 'u/+'");
        }
        if (chance(8)) {
            text.append(" LEFT JOIN devices d ON d.key = ").append(operand(1));
        }
        if (chance(2)) {
            text.append(" WHERE ").append(expression(3));
        }
        if (!isForEach && chance(8)) {
            text.append(" GROUP BY ").append(expression(1));
        }
        return text.append(chance(4) ? ";" : "").toString();
    }

    /** Tokens of the language in any order. */
    public String soup() {
        StringBuilder text = new StringBuilder(chance(2) ? "SELECT a" : "");
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append(' ').append(one(TOKENS));
        }
        return text.append(chance(2) ? " FROM t" : "").toString();
    }

    /** A statement with a token taken out, put in or changed. */
    public String damaged() {
        String[] words = statement().split(" ");
        int at = random.nextInt(words.length);
        words[at] = chance(3) ? "" : chance(2) ? one(TOKENS) + " " + words[at] : one(TOKENS);
        return String.join(" ", words);
    }

    /** Any characters, most of them such as the language has. */
    public String noise() {
        StringBuilder text = new StringBuilder();
        String likely = "SELECT FROM '\"-/*.[]()<>=!|1e_a\n\r\t;,ä\u0000$#{\\";
        for (int i = random.nextInt(60); i > 0; i--) {
            text.append(chance(20) ? (char) random.nextInt(0x10000) : likely.charAt(random.nextInt(likely.length())));
        }
        return text.toString();
    }

    private String fields() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            text.append(text.isEmpty() ? "" : ", ").append(field());
        }
        return text.toString();
    }

    private String field() {
        if (chance(10)) {
            return "*";
        }
        String value = chance(3) ? path() : expression(1 + random.nextInt(3));
        return switch (random.nextInt(3)) {
            case 0 -> value;
            case 1 -> value + " AS " + target();
            default -> value + " x" + random.nextInt(3);
        };
    }

    private String target() {
        StringBuilder text = new StringBuilder(one(NAMES));
        for (int i = random.nextInt(3); i > 0; i--) {
            text.append(
                    switch (random.nextInt(5)) {
                        case 0 -> "[" + random.nextInt(3) + "]";
                        case 1 -> "[-" + random.nextInt(3) + "]";
                        case 2 -> "[payload.a]";
                        default -> "." + one(KEYS.subList(0, 5));
                    });
        }
        return text.toString();
    }

    /** An expression of at most this depth. */
    public String expression(int depth) {
        if (depth <= 0) {
            return operand(0);
        }
        return switch (random.nextInt(depth > 2 ? 8 : 16)) {
            case 0 -> predicate(depth) + " AND " + predicate(depth);
            case 1 -> predicate(depth) + " OR " + predicate(depth);
            case 2 -> "NOT " + predicate(depth);
            case 3, 4 -> predicate(depth);
            default -> sum(depth);
        };
    }

    private String predicate(int depth) {
        String value = sum(depth - 1);
        String not = chance(3) ? " NOT" : "";
        return switch (random.nextInt(9)) {
            case 0 -> value + not + " IN (" + list(depth - 1, 1) + ")";
            case 1 -> value + not + " IN " + sum(depth - 1);
            case 2 -> value + not + " BETWEEN " + sum(depth - 1) + " AND " + sum(depth - 1);
            case 3 -> value + not + " LIKE " + sum(depth - 1);
            case 4 -> value + " IS" + not + " NULL";
            default -> value + " " + one(COMPARISONS) + " " + sum(depth - 1);
        };
    }

    private String sum(int depth) {
        return depth > 0 && chance(2)
                ? operand(depth - 1) + " " + one(SUMS) + " " + (chance(20) ? "- " : "") + operand(depth - 1)
                : operand(depth - 1);
    }

    private String operand(int depth) {
        int kind = random.nextInt(depth > 0 ? 16 : 11);
        return switch (kind) {
            case 0 -> String.valueOf(random.nextInt(5));
            case 1 -> random.nextInt(4) + "." + random.nextInt(10);
            case 2 -> one(List.of("'a'", "'1'", "'x%'", "''", "'it''s'", "'1.5'", "'t/+'", "'true'"));
            case 3 -> one(List.of("true", "FALSE", "null"));
            case 4, 5, 6 -> path();
            case 7, 8, 9 -> one(NAMES);
            case 10 -> "[" + random.nextInt(3) + ".." + (1 + random.nextInt(4)) + "]";
            case 11 -> "(" + expression(depth - 1) + ")";
            case 12 ->
                one(List.of("str", "str", "abs", "typeof", "typeof", "is_null", "is_num", "coalesce")) + "("
                        + expression(depth - 1) + ")";
            case 13 -> "[" + (chance(4) ? "" : list(depth - 1, 1)) + "]";
            case 14 -> cases(depth);
            default ->
                chance(2) ? "CAST(" + expression(depth - 1) + " AS string)" : "(" + expression(depth - 1) + ").a[1]";
        };
    }

    private String cases(int depth) {
        String subject = chance(2) ? " " + sum(depth - 1) : "";
        return "CASE" + subject + " WHEN " + expression(depth - 1) + " THEN " + sum(depth - 1)
                + (chance(2) ? " ELSE " + sum(depth - 1) : "") + " END";
    }

    private String path() {
        StringBuilder text = new StringBuilder(chance(2) ? "payload" : one(NAMES));
        boolean isNumber = false;
        for (int i = random.nextInt(3); i >= 0; i--) {
            int kind = random.nextInt(6);
            String key = one(isNumber ? KEYS.subList(0, 5) : KEYS);
            isNumber = kind > 2 && key.equals("1");
            text.append(
                    switch (kind) {
                        case 0 -> "[" + (random.nextInt(5) - 2) + "]";
                        case 1 -> "[" + one(NAMES) + "]";
                        case 2 -> "[payload.a]";
                        default -> "." + key;
                    });
        }
        return text + (chance(20) ? "[1..2]" : "");
    }

    private String list(int depth, int least) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(2) + least; i > 0; i--) {
            text.append(text.isEmpty() ? "" : ", ").append(expression(depth));
        }
        return text.toString();
    }

    private boolean chance(int oneOf) {
        return random.nextInt(oneOf) == 0;
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
