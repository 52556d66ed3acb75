package io.maxmq.rules.parse;

/**
 * A piece of a statement.
 *
 * @param text as the statement has it, but of a string or quoted name what is inside the quotes
 * @param from the offset of the first character
 * @param to the offset behind the last
 */
record Token(Kind kind, String text, Position at, int from, int to) {

    /** The kinds. */
    enum Kind {
        /** A word of the language, in capitals in {@link Token#text}. */
        KEYWORD,
        /** A name without quotes; it may be a keyword by its position. */
        WORD,
        /** A name in double quotes. */
        QUOTED,
        STRING,
        INTEGER,
        FLOAT,
        /** An operator or bracket. */
        SIGN,
        END
    }

    /** Returns whether it is this operator or bracket. */
    boolean isSign(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    /** Returns whether it is this keyword, reserved or by position; the word in capitals. */
    boolean isWord(String word) {
        return kind == Kind.KEYWORD
                ? text.equals(word)
                : kind == Kind.WORD
                        && text.length() == word.length()
                        && capitals(text).equals(word);
    }

    /** The letters a to z as capitals, and no others: an i without its dot makes no keyword. */
    static String capitals(String word) {
        StringBuilder capitals = new StringBuilder(word);
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c >= 'a' && c <= 'z') {
                capitals.setCharAt(i, (char) (c - 32));
            }
        }
        return capitals.toString();
    }

    /** Returns whether a name can stand here. */
    boolean isName() {
        return kind == Kind.WORD || kind == Kind.QUOTED;
    }

    /** For the text of an error. */
    String shown() {
        return switch (kind) {
            case END -> "the end of the statement";
            case STRING -> "'" + cut(text) + "'";
            case QUOTED -> '"' + cut(text) + '"';
            default -> cut(text);
        };
    }

    private static String cut(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
