package io.maxmq.rules.parse;

import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.error.StatementException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Cuts a statement into tokens. Linear in its length. */
final class Lexer {
    /** The words that are never names. */
    static final Set<String> KEYWORDS = Set.of(
            "SELECT", "FOREACH", "DO", "INCASE", "FROM", "WHERE", "AS", "AND", "OR", "NOT", "IN", "CASE", "WHEN",
            "THEN", "ELSE", "END", "TRUE", "FALSE", "DIV", "MOD");

    private static final int LONGEST_KEYWORD = 7;
    private static final Set<String> PAIRS = Set.of("..", "||", "==", "!=", "<>", "<=", ">=", "=~");
    private static final String SINGLES = "()[],.;*+-/%=<>";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int offset;
    private int line = 1;
    private int column = 1;
    // Where the token begins.
    private int from;
    private Position at = new Position(1, 1);

    private Lexer(String text) {
        this.text = text;
    }

    /**
     * All tokens in order; the last is {@link Token.Kind#END}, one past the end of the text.
     *
     * @throws StatementException ILLEGAL_CHARACTER, UNTERMINATED_STRING, UNTERMINATED_REMARK
     */
    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        while (lexer.next()) {}
        return lexer.tokens;
    }

    private boolean next() {
        skipSpaceAndRemarks();
        from = offset;
        at = new Position(line, column);
        if (offset == text.length()) {
            add(Token.Kind.END, "");
            return false;
        }
        int c = text.codePointAt(offset);
        if (c == '\'' || c == '"') {
            quoted((char) c);
        } else if (isDigit(offset)) {
            number();
        } else if (c == '_' || Character.isLetter(c)) {
            word();
        } else {
            sign(c);
        }
        return true;
    }

    private void skipSpaceAndRemarks() {
        while (offset < text.length()) {
            char c = text.charAt(offset);
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                step();
            } else if (text.startsWith("--", offset)) {
                while (offset < text.length() && text.charAt(offset) != '\n' && text.charAt(offset) != '\r') {
                    step();
                }
            } else if (text.startsWith("/*", offset)) {
                int end = text.indexOf("*/", offset + 2);
                if (end < 0) {
                    throw new StatementException(
                            Code.UNTERMINATED_REMARK, line, column, "the remark has no end: expected */", null);
                }
                stepTo(end + 2);
            } else {
                return;
            }
        }
    }

    private void quoted(char quote) {
        StringBuilder inside = new StringBuilder();
        step();
        while (true) {
            int end = text.indexOf(quote, offset);
            if (end < 0) {
                String what = quote == '"' ? "the name in quotes" : "the string";
                throw new StatementException(
                        Code.UNTERMINATED_STRING,
                        at.line(),
                        at.column(),
                        what + " has no end: expected " + quote,
                        null);
            }
            inside.append(text, offset, end);
            stepTo(end + 1);
            if (offset == text.length() || text.charAt(offset) != quote) {
                break;
            }
            inside.append(quote);
            step();
        }
        add(quote == '"' ? Token.Kind.QUOTED : Token.Kind.STRING, inside.toString());
    }

    private void number() {
        int end = digitsEnd(offset);
        boolean isFloat = false;
        if (end < text.length() && text.charAt(end) == '.' && isDigit(end + 1)) {
            isFloat = true;
            end = digitsEnd(end + 1);
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int exponent = end + 1;
            if (exponent < text.length() && (text.charAt(exponent) == '+' || text.charAt(exponent) == '-')) {
                exponent++;
            }
            if (isDigit(exponent)) {
                isFloat = true;
                end = digitsEnd(exponent);
            }
        }
        stepTo(end);
        add(isFloat ? Token.Kind.FLOAT : Token.Kind.INTEGER, text.substring(from, offset));
    }

    private int digitsEnd(int start) {
        int end = start;
        while (isDigit(end)) {
            end++;
        }
        return end;
    }

    private boolean isDigit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private void word() {
        while (offset < text.length()) {
            int c = text.codePointAt(offset);
            if (!Character.isLetterOrDigit(c) && c != '_' && c != '$' && c != '@' && c != '~') {
                break;
            }
            step();
        }
        String word = text.substring(from, offset);
        String capitals = word.length() <= LONGEST_KEYWORD ? Token.capitals(word) : word;
        if (KEYWORDS.contains(capitals)) {
            add(Token.Kind.KEYWORD, capitals);
        } else {
            add(Token.Kind.WORD, word);
        }
    }

    private void sign(int c) {
        if (offset + 1 < text.length() && PAIRS.contains(text.substring(offset, offset + 2))) {
            stepTo(offset + 2);
        } else if (SINGLES.indexOf(c) >= 0) {
            step();
        } else {
            throw new StatementException(
                    Code.ILLEGAL_CHARACTER,
                    line,
                    column,
                    "no token begins with " + (c < ' ' ? String.format("U+%04X", c) : Character.toString(c)),
                    null);
        }
        add(Token.Kind.SIGN, text.substring(from, offset));
    }

    private void add(Token.Kind kind, String value) {
        tokens.add(new Token(kind, value, at, from, offset));
    }

    private void stepTo(int end) {
        while (offset < end) {
            step();
        }
    }

    /** One character on. A line ends at LF, CR or both together. */
    private void step() {
        int c = text.codePointAt(offset);
        offset += Character.charCount(c);
        boolean ends = c == '\n' || (c == '\r' && !text.startsWith("\n", offset));
        line = ends ? line + 1 : line;
        column = ends ? 1 : column + 1;
    }
}
