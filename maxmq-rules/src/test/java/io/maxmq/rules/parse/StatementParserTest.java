package io.maxmq.rules.parse;

import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.parse.Expression.Binary;
import io.maxmq.rules.parse.Expression.Call;
import io.maxmq.rules.parse.Expression.InArray;
import io.maxmq.rules.parse.Expression.InList;
import io.maxmq.rules.parse.Expression.Name;
import io.maxmq.rules.parse.Expression.Not;
import io.maxmq.rules.parse.Expression.Path;
import io.maxmq.rules.parse.Statement.TargetIndex;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class StatementParserTest {

    static List<String> accepted() {
        return Lines.of("accepted.txt");
    }

    static List<String> refused() {
        return Lines.of("refused.txt");
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void readsWhatItPrintsAsTheSameTree(String text) {
        Statement statement = StatementParser.statement(text);

        assertThat(StatementParser.statement(Printer.text(statement))).isEqualTo(statement);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void saysWhereAStatementIsWrong(String line) {
        String[] columns = line.split(" \\| ?", 3);

        StatementException error = catchThrowableOfType(
                StatementException.class, () -> StatementParser.statement(columns[2].replace("\\n", "\n")));

        assertThat(error).isNotNull();
        assertThat(error.code() + " " + error.line() + ":" + error.column()).isEqualTo(columns[0] + " " + columns[1]);
    }

    @Test
    void errorsAreOneLine() {
        assertThatThrownBy(() -> StatementParser.statement("SELECT a FROM t WHERE b '\u001b[2J\n\u202Ez'"))
                .message()
                .contains("\\u001b[2J\\n\\u202ez")
                .doesNotContain("\n", "\u202E", "\u001b");
    }

    @Test
    void saysWhatItFoundWhatItExpectedAndWhatMayHaveBeenMeant() {
        assertThatThrownBy(() -> StatementParser.statement("SELECT a FORM \"t\""))
                .hasMessage(
                        "line 1, column 15: found \"t\", expected an operator, AS, , or FROM; did you mean FROM by FORM?");
        assertThatThrownBy(() -> StatementParser.statement("SELEKT a FROM t"))
                .hasMessage(
                        "line 1, column 1: found SELEKT, expected FOREACH or SELECT; did you mean SELECT by SELEKT?");
        assertThatThrownBy(() -> StatementParser.statement("SELECT a FROM t WEHRE b"))
                .hasMessageContaining("found WEHRE, expected ,, WHERE, GROUP, HAVING or the end of the statement")
                .hasMessageEndingWith("did you mean WHERE by WEHRE?");
        assertThatThrownBy(() -> StatementParser.statement("SELECT a FROM t INNER JOIN d ON d.k = b"))
                .hasMessageEndingWith("found d, expected ON");
        assertThatThrownBy(() -> StatementParser.statement("SELECT a.from FROM t"))
                .hasMessageEndingWith("a name that is a keyword stands in double quotes");
    }

    @Test
    void bindsAsTheLanguageSays() {
        assertThat(printed("1 + 2 * 3")).isEqualTo("1 + 2 * 3");
        assertThat(printed("(1 + 2) * 3")).isEqualTo("(1 + 2) * 3");
        assertThat(printed("1 - (2 - 3) - 4")).isEqualTo("1 - (2 - 3) - 4");
        assertThat(printed("((a)) OR ((b) AND (c))")).isEqualTo("a OR b AND c");
        assertThat(printed("(a OR b) AND c")).isEqualTo("(a OR b) AND c");
        assertThat(printed("NOT (a AND b)")).isEqualTo("NOT (a AND b)");
        assertThat(printed("(NOT a) = b")).isEqualTo("(NOT a) = b");
        assertThat(printed("-(1 + 2)")).isEqualTo("-(1 + 2)");
        assertThat(printed("- -1")).isEqualTo("-(-1)");
        assertThat(expression("NOT a = b AND c")).isInstanceOfSatisfying(Binary.class, and -> {
            assertThat(and.operator()).isEqualTo(Operator.AND);
            assertThat(and.left()).isInstanceOf(Not.class);
        });
    }

    @Test
    void tellsAListFromAnArrayBehindIn() {
        assertThat(expression("a IN (b)")).isInstanceOf(InList.class);
        assertThat(expression("a IN ((b))")).isInstanceOf(InList.class);
        assertThat(expression("a IN b")).isInstanceOf(InArray.class);
        assertThat(expression("a IN (b).c")).isInstanceOf(InArray.class);
        assertThat(expression("a IN (b) || c")).isInstanceOf(InArray.class);
    }

    @Test
    void takesKeywordsByPositionForNamesWhereNamesStand() {
        assertThat(expression("is IS NULL")).isInstanceOf(Expression.IsNull.class);
        assertThat(expression("like")).isEqualTo(new Name(new Position(1, 1), "like"));
        assertThat(expression("left(a, 1)")).isInstanceOf(Call.class);
        assertThat(expression("my.fn(a)"))
                .isInstanceOfSatisfying(
                        Call.class, call -> assertThat(call.name()).isEqualTo("my.fn"));
    }

    @Test
    void keepsTheSignOfAZeroInATarget() {
        Statement statement = StatementParser.statement("SELECT a AS b[-0], a AS c[0] FROM t");

        assertThat(statement.fields().get(0).target().steps()).containsExactly(new TargetIndex(true, BigInteger.ZERO));
        assertThat(statement.fields().get(1).target().steps()).containsExactly(new TargetIndex(false, BigInteger.ZERO));
    }

    @Test
    void readsARangeAtTheEndOfAPath() {
        assertThat(expression("a.b[1..-1]")).isInstanceOfSatisfying(Path.class, path -> {
            assertThat(path.steps()).hasSize(1);
            assertThat(path.range().to()).isEqualTo(BigInteger.valueOf(-1));
        });
    }

    @Test
    void boundsNestingAndChainsSoThatNoStackOverflows() {
        assertThatThrownBy(() -> expression("(".repeat(10_000) + "1" + ")".repeat(10_000)))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> expression("NOT ".repeat(10_000) + "a"))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> expression("- ".repeat(10_000) + "1"))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> expression("a" + " + a".repeat(10_000)))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("operators");
        assertThatThrownBy(() -> StatementParser.statement(" ".repeat(70_000)))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("65536");
        assertThat(expression("a" + " AND a".repeat(400))).isNotNull();
        assertThat(expression("(".repeat(100) + "1" + ")".repeat(100))).isNotNull();
        assertThat(expression("a IN (".repeat(100) + "1" + ") + 1".repeat(100))).isNotNull();
    }

    @Test
    void takesOnlyLettersFromAToZForThoseOfAKeyword() {
        assertThat(StatementParser.statement("SELECT a ıs FROM t")
                        .fields()
                        .get(0)
                        .target()
                        .name())
                .isEqualTo("ıs");
    }

    private static String printed(String expression) {
        return Printer.text(expression(expression));
    }

    private static Expression expression(String text) {
        return StatementParser.statement("SELECT " + text + " FROM t")
                .fields()
                .get(0)
                .value();
    }
}
