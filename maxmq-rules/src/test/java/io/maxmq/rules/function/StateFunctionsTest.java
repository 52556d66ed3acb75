package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.value.Text;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What rules remember, from one call to the next. */
class StateFunctionsTest {
    private final TestSurroundings around = new TestSurroundings();
    private final Functions functions = Functions.standard();

    private Object call(String line) {
        return new Row(line, functions, around).next();
    }

    @Test
    void sharesWhatIsPutUnderAKey() {
        call("kv_store_put('a', {'x': 1})");

        assertThat(call("kv_get('a')")).isEqualTo(call("{'x': 1}"));
        assertThat(call("kv_store_get('a', 0)")).isEqualTo(call("{'x': 1}"));

        call("kv_del('a')");

        assertThat(call("kv_store_get('a')")).isNull();
    }

    @Test
    void readsAKeyAsItsText() {
        call("kv_put(7, 'seven')");

        assertThat(call("kv_get('7')")).isEqualTo(Text.of("seven"));
    }

    @Test
    void forgetsWhatBecomesUndefined() {
        call("kv_put('a', 1)");
        call("kv_put('a', undefined)");

        assertThat(around.kept).isEmpty();
    }

    @Test
    void refusesWhatIsTooLarge() {
        call("kv_put('a', pad('x', 65534))"); // and two quotation marks

        assertThatThrownBy(() -> call("kv_put('a', pad('x', 65535))"))
                .isInstanceOfSatisfying(
                        EvaluationException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT_EXCEEDED));
        assertThat(call("strlen(kv_get('a'))")).isEqualTo(65534L);
    }

    @Test
    void keepsARulesOwnApart() {
        call("proc_dict_put('a', 1)");
        call("kv_put('a', 2)");
        call("kv_put('\\0r1\\0a', 3)");

        assertThat(call("proc_dict_get('a')")).isEqualTo(1L);
        assertThat(call("kv_get('a')")).isEqualTo(2L);
        assertThat(call("kv_get('\\0r1\\0a')")).isEqualTo(3L);

        call("proc_dict_del('a')");

        assertThat(call("proc_dict_get('a', 'gone')")).isEqualTo(Text.of("gone"));
        assertThat(call("kv_get('a')")).isEqualTo(2L);
    }
}
