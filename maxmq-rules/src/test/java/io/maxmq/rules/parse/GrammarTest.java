package io.maxmq.rules.parse;

import io.maxmq.rules.error.StatementException;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.LexerInterpreter;
import org.antlr.v4.runtime.ParserInterpreter;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.antlr.v4.tool.Grammar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The parser accepts and refuses what the grammar does, which is written for readers and run by somebody else. */
class GrammarTest {
    /** Behind an operand the parser takes it for an operator and stays with that; the grammar tries a field's name, too. */
    private static final Pattern OPERATOR_OR_NAME = Pattern.compile("(?i)\\b(like|between)\\s*\\[");

    private static final Grammar GRAMMAR = Grammar.load("src/test/antlr/MaxMQRule.g4");
    // Used again for each text, as they learn the grammar while they read.
    private static final LexerInterpreter LEXER = GRAMMAR.createLexerInterpreter(CharStreams.fromString(""));
    private static final ParserInterpreter PARSER = GRAMMAR.createParserInterpreter(new CommonTokenStream(LEXER));

    static {
        LEXER.removeErrorListeners();
        LEXER.addErrorListener(new Refusing());
        PARSER.removeErrorListeners();
        PARSER.setErrorHandler(new BailErrorStrategy());
    }

    static List<String> accepted() {
        return Lines.of("accepted.txt");
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptsWhatTheParserAccepts(String text) {
        assertThat(isAcceptedByGrammar(text)).isTrue();
    }

    @Test
    void refusesWhatTheParserRefuses() {
        for (String line : Lines.of("refused.txt")) {
            String text = line.split(" \\| ?", 3)[2].replace("\\n", "\n");
            boolean isBeyondGrammar = text.contains("1e999");
            assertThat(isAcceptedByGrammar(text)).as(text).isEqualTo(isBeyondGrammar);
        }
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void acceptsGeneratedStatements(@ForAll long seed) {
        String text = new StatementGenerator(seed).statement();

        assertThat(isAcceptedByGrammar(text)).as(text).isTrue();
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void agreesOnDamagedStatements(@ForAll long seed) {
        StatementGenerator generator = new StatementGenerator(seed);
        String text = seed % 2 == 0 ? generator.soup() : generator.damaged();
        Assume.that(!OPERATOR_OR_NAME.matcher(text).find());

        assertThat(isAcceptedByGrammar(text)).as(text).isEqualTo(isAcceptedByParser(text));
    }

    private static boolean isAcceptedByParser(String text) {
        try {
            StatementParser.statement(text);
            return true;
        } catch (StatementException e) {
            return false;
        }
    }

    /** Quickly where that says yes, else thoroughly. */
    private static boolean isAcceptedByGrammar(String text) {
        return isAcceptedByGrammar(text, PredictionMode.SLL) || isAcceptedByGrammar(text, PredictionMode.LL);
    }

    private static synchronized boolean isAcceptedByGrammar(String text, PredictionMode mode) {
        LEXER.setInputStream(CharStreams.fromString(text));
        PARSER.setTokenStream(new CommonTokenStream(LEXER));
        PARSER.getInterpreter().setPredictionMode(mode);
        try {
            PARSER.parse(GRAMMAR.getRule("statement").index);
            return true;
        } catch (ParseCancellationException e) {
            return false;
        }
    }

    private static final class Refusing extends BaseErrorListener {
        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                Object symbol,
                int line,
                int column,
                String problem,
                RecognitionException e) {
            throw new ParseCancellationException(problem);
        }
    }
}
