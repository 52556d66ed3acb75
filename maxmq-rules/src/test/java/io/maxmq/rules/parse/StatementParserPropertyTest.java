package io.maxmq.rules.parse;

import io.maxmq.rules.error.StatementException;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

class StatementParserPropertyTest {

    @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
    void readsWhatItPrintsAsTheSameTree(@ForAll long seed) {
        String text = new StatementGenerator(seed).statement();

        Statement statement = StatementParser.statement(text);
        String printed = Printer.text(statement);

        assertThat(StatementParser.statement(printed)).as(printed).isEqualTo(statement);
        assertThat(Printer.text(StatementParser.statement(printed))).isEqualTo(printed);
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void refusesAnythingElseWithAPlaceInsideTheText(@ForAll long seed) {
        StatementGenerator generator = new StatementGenerator(seed);
        String text = seed % 3 == 0 ? generator.soup() : seed % 3 == 1 ? generator.damaged() : generator.noise();

        try {
            Statement statement = StatementParser.statement(text);
            assertThat(StatementParser.statement(Printer.text(statement))).isEqualTo(statement);
        } catch (StatementException e) {
            String[] lines = text.split("\r\n|\n|\r", -1);
            assertThat(e.line()).isBetween(1, lines.length);
            String line = lines[e.line() - 1];
            assertThat(e.column()).isBetween(1, line.codePointCount(0, line.length()) + 1);
        }
    }
}
