package io.maxmq.rules.function;

import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.eval.CompileOptions;
import io.maxmq.rules.eval.Program;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** The list of the language's functions beside what there is. */
class LanguageFunctionsTest {
    private final Functions functions = Functions.standard();

    private static List<String> language() throws IOException {
        try (InputStream in = LanguageFunctionsTest.class.getResourceAsStream("language.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Arrays.stream(line.strip().split(" +")))
                    .toList();
        }
    }

    @Test
    void eachIsThereAndNoneBeside() throws IOException {
        Set<String> there =
                language().stream().filter(each -> !each.startsWith("-")).collect(Collectors.toSet());

        assertThat(functions.names()).containsExactlyInAnyOrderElementsOf(there);
    }

    @Test
    void whatIsNotThereYetIsRefusedByItsName() throws IOException {
        CompileOptions options = new CompileOptions(functions, Set.of(), EvaluationLimits.DEFAULT, false, false);

        assertThat(language().stream().filter(each -> each.startsWith("-")))
                .isNotEmpty()
                .allSatisfy(each -> {
                    String name = each.substring(1);
                    StatementException refused = catchThrowableOfType(
                            StatementException.class,
                            () -> Program.of("SELECT " + name + "(a, b) AS x FROM \"t\"", options));
                    assertThat(refused).as(name).isNotNull();
                    assertThat(refused.code())
                            .isEqualTo(
                                    // An optional module would bring it: the language has it so.
                                    name.equals("jq")
                                            ? StatementException.Code.UNKNOWN_FUNCTION
                                            : StatementException.Code.NOT_SUPPORTED);
                    assertThat(refused.getMessage()).contains(name);
                    assertThat(refused.column()).isEqualTo(8);
                });
    }
}
