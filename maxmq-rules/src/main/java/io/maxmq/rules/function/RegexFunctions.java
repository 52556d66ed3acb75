package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Regular expressions in Java's syntax, of which a line ends at a line feed only. The characters that a match looks at are counted, so
 * an expression that goes back again and again ends with LIMIT_EXCEEDED; so does one that nests deeper than the stack.
 *
 * <p>Compiled expressions are kept, so that one in a statement is compiled once. Thread-safe.
 */
final class RegexFunctions {
    private static final int KEPT = 512;
    private static final int KEPT_CHARACTERS = 1_000;
    /** A match on a short text may look at this many characters more. */
    private static final int FREE_CHARACTERS = 16;
    /** However long the text is, this many steps and a few per character are all. */
    private static final long MOST_STEPS = 1_000_000;

    private static final int FEW_PER_CHARACTER = 16;
    /** A repetition of nothing is no step, so how often there may be one is bounded. */
    private static final Pattern TOO_OFTEN = Pattern.compile("\\{[0-9]*,?[0-9]{5,}");

    private static final int LONGEST = 65_536;

    private final Map<String, Pattern> kept = new ConcurrentHashMap<>();

    void addTo(Library library) {
        library.addChecked(
                        "regex_match",
                        2,
                        this::check,
                        call -> guarded(call, () -> matcher(call).find()))
                .addChecked("regex_replace", 3, this::check, call -> guarded(call, () -> replace(call)))
                .addChecked("regex_extract", 2, this::check, call -> guarded(call, () -> extract(call)));
    }

    private Check.@Nullable Refusal check(int argument, @Nullable Object constant) {
        if (argument != 1 || !(constant instanceof Text text)) {
            return null;
        }
        try {
            compiled(text.toString());
            return null;
        } catch (PatternSyntaxException e) {
            return new Check.Refusal(
                    StatementException.Code.BAD_REGEX,
                    "'" + text + "' is no regular expression: " + e.getDescription());
        } catch (StackOverflowError e) {
            return new Check.Refusal(StatementException.Code.BAD_REGEX, "the regular expression is nested too deep");
        }
    }

    private Pattern compiled(String expression) {
        Pattern pattern = kept.get(expression);
        if (pattern == null) {
            if (expression.length() > LONGEST) {
                throw new PatternSyntaxException("longer than " + LONGEST + " characters", "", -1);
            }
            if (TOO_OFTEN.matcher(expression).find()) {
                throw new PatternSyntaxException("a repetition of 10,000 or more", expression, -1);
            }
            pattern = Pattern.compile(expression, Pattern.UNIX_LINES);
            if (expression.length() <= KEPT_CHARACTERS) {
                if (kept.size() >= KEPT) {
                    kept.clear();
                }
                kept.put(expression, pattern);
            }
        }
        return pattern;
    }

    private static <T> T guarded(Call call, Supplier<T> match) {
        try {
            return match.get();
        } catch (StackOverflowError e) {
            throw call.error(Code.LIMIT_EXCEEDED, "the regular expression nests too deep on this text");
        }
    }

    private Matcher matcher(Call call) {
        String text = call.string(0);
        String expression = call.onlyString(1);
        Pattern pattern;
        try {
            pattern = compiled(expression);
        } catch (PatternSyntaxException e) {
            throw new EvaluationException(
                    Code.BAD_ARGUMENT, call.name(), "no regular expression: " + e.getDescription(), e);
        }
        long steps = (text.length() + (long) FREE_CHARACTERS) * call.limits().regexSteps();
        long most = MOST_STEPS + (long) text.length() * FEW_PER_CHARACTER;
        return pattern.matcher(new Counted(text, call, Math.min(steps, most)));
    }

    private Text replace(Call call) {
        Matcher matcher = matcher(call);
        String text = call.string(0);
        String by = call.onlyString(2);
        TextBuilder replaced = new TextBuilder(call);
        int from = 0;
        while (matcher.find()) {
            if (matcher.end() == matcher.start() && isWithinCharacter(text, matcher.start())) {
                continue;
            }
            replaced.add(text, from, matcher.start());
            replacement(by, text, matcher, replaced);
            from = matcher.end();
        }
        return replaced.add(text, from, text.length()).text();
    }

    /** Returns whether it is between the halves of a surrogate pair, where Java finds nothing too. */
    private static boolean isWithinCharacter(String text, int at) {
        return at > 0
                && at < text.length()
                && Character.isLowSurrogate(text.charAt(at))
                && Character.isHighSurrogate(text.charAt(at - 1));
    }

    /** Appends the replacement of a match. A missing or unmatched group is empty. */
    private static void replacement(String by, String text, Matcher matcher, TextBuilder out) {
        for (int i = 0; i < by.length(); i++) {
            char c = by.charAt(i);
            char next = c == '\\' && i + 1 < by.length() ? by.charAt(i + 1) : 0;
            if (c == '&') {
                group(0, text, matcher, out);
            } else if (next >= '0' && next <= '9') {
                group(next - '0', text, matcher, out);
                i++;
            } else if (next == '&' || next == '\\') {
                out.addPoint(next);
                i++;
            } else {
                out.add(by, i, i + 1);
            }
        }
    }

    private static void group(int number, String text, Matcher matcher, TextBuilder out) {
        if (number <= matcher.groupCount() && matcher.start(number) >= 0) {
            out.add(text, matcher.start(number), matcher.end(number));
        }
    }

    private List<Object> extract(Call call) {
        Matcher matcher = matcher(call);
        List<Object> groups = new ArrayList<>();
        if (!matcher.find()) {
            return groups;
        }
        String text = call.string(0);
        // As the language has it from PCRE: groups behind the last that took part are not there, others are empty.
        int last = matcher.groupCount();
        while (last > 0 && matcher.start(last) < 0) {
            last--;
        }
        for (int i = 1; i <= last; i++) {
            boolean part = matcher.start(i) >= 0;
            groups.add(part ? Text.of(text.substring(matcher.start(i), matcher.end(i))) : Text.EMPTY);
        }
        return groups;
    }

    /** A text that counts how often it is looked at. */
    private static final class Counted implements CharSequence {
        private final String text;
        private final Call call;
        private long left;

        Counted(String text, Call call, long steps) {
            this.text = text;
            this.call = call;
            this.left = steps;
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw call.error(Code.LIMIT_EXCEEDED, "the regular expression takes too many steps on this text");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return text.subSequence(from, to);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
