package io.maxmq.rules.parse;

import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.error.StatementException.Code;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens of a statement, read from left to right with look-ahead, and the errors for unexpected ones. */
final class Tokens {
    private final List<Token> tokens;
    private int next;

    Tokens(String text) {
        this.tokens = Lexer.tokens(text);
    }

    /** The next token, which stays. */
    Token peek() {
        return peek(0);
    }

    /** A later one, the end for all past it; or one that was taken, where {@code ahead} is negative. */
    Token peek(int ahead) {
        return tokens.get(Math.min(next + ahead, tokens.size() - 1));
    }

    /** The next token, which is taken. */
    Token take() {
        Token token = peek();
        next++;
        return token;
    }

    /** Takes so many tokens. */
    void skip(int count) {
        next += count;
    }

    boolean isSign(String sign) {
        return peek().isSign(sign);
    }

    boolean isWord(String word) {
        return peek().isWord(word);
    }

    /** Returns whether the next was this operator or bracket, and so has been taken. */
    boolean takeSign(String sign) {
        if (!isSign(sign)) {
            return false;
        }
        next++;
        return true;
    }

    /** Returns whether the next was this keyword, and so has been taken. */
    boolean takeWord(String word) {
        if (!isWord(word)) {
            return false;
        }
        next++;
        return true;
    }

    /** Takes this operator or bracket; {@code others} can stand there too. */
    void needSign(String sign, String... others) {
        if (!takeSign(sign)) {
            throw unexpected(with(sign, others));
        }
    }

    /** Takes this keyword; {@code others} can stand there too. */
    void needWord(String word, String... others) {
        if (!takeWord(word)) {
            throw unexpected(with(word, others));
        }
    }

    private static String[] with(String last, String... others) {
        String[] all = Arrays.copyOf(others, others.length + 1);
        all[others.length] = last;
        return all;
    }

    /** The error that says what could have stood here instead of the next token, and which of it may have been meant. */
    StatementException unexpected(String... expected) {
        Token token = peek();
        StringBuilder problem =
                new StringBuilder("found ").append(token.shown()).append(", expected ");
        for (int i = 0; i < expected.length; i++) {
            problem.append(i == 0 ? "" : i == expected.length - 1 ? " or " : ", ")
                    .append(expected[i]);
        }
        Token before = next > 0 ? tokens.get(next - 1) : token;
        for (Token suspect : List.of(token, before)) {
            String meant = suspect.kind() == Token.Kind.WORD ? nearest(suspect.text(), expected) : null;
            if (meant != null) {
                problem.append("; did you mean ")
                        .append(meant)
                        .append(" by ")
                        .append(suspect.shown())
                        .append('?');
                break;
            }
        }
        if (token.kind() == Token.Kind.KEYWORD && List.of(expected).contains("a name")) {
            problem.append("; a name that is a keyword stands in double quotes");
        }
        return at(token, problem.toString());
    }

    /** A syntax error at a token. */
    static StatementException at(Token token, String problem) {
        return new StatementException(
                Code.SYNTAX_ERROR, token.at().line(), token.at().column(), problem, null);
    }

    private static @Nullable String nearest(String word, String... expected) {
        List<String> keywords = new ArrayList<>();
        for (String candidate : expected) {
            if (Character.isUpperCase(candidate.charAt(0)) && !candidate.equalsIgnoreCase(word)) {
                keywords.add(candidate);
            }
        }
        return NearestName.name(Token.capitals(word), keywords);
    }
}
