package io.maxmq.rules.function;

import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** Pairs of functions of which one undoes what the other did. */
class InverseFunctionsPropertyTest {
    private static final int TRIES = 200;

    private final Functions functions = Functions.standard();
    private final TestSurroundings around = new TestSurroundings();

    private @Nullable Object call(String name, @Nullable Object... arguments) {
        return Objects.requireNonNull(functions.find(name)).function().call(around, arguments);
    }

    @Property(tries = TRIES)
    void givesBytesBack(@ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 3) int options) {
        Text text = Text.ofBytes(bytes);
        Object[] urlSafe = {
            text, Text.of((options & 1) == 0 ? "urlsafe" : "x"), Text.of((options & 2) == 0 ? "no_padding" : "y")
        };
        Object encoded = call("base64_encode", urlSafe);

        assertThat(call("base64_decode", encoded, urlSafe[1], urlSafe[2])).isEqualTo(text);
        assertThat(call("hexstr2bin", call("bin2hexstr", text))).isEqualTo(text);
        assertThat(call("gunzip", call("gzip", text))).isEqualTo(text);
        assertThat(call("unzip", call("zip", text))).isEqualTo(text);
        assertThat(call("zip_uncompress", call("zip_compress", text))).isEqualTo(text);
        assertThat(call("url_decode", call("url_encode", text))).isEqualTo(text);
    }

    @Property(tries = TRIES)
    void givesTimesBack(
            @ForAll @LongRange(min = -60_000_000_000L, max = 250_000_000_000L) long second,
            @ForAll @IntRange(max = 3) int unit) {
        Text name = Text.of(new String[] {"second", "millisecond", "microsecond", "nanosecond"}[unit]);
        long time = unit == 3 ? second / 100 * 1_000_000_007 : second * new long[] {1, 1_000, 1_000_000}[unit] + unit;

        assertThat(call("rfc3339_to_unix_ts", call("unix_ts_to_rfc3339", time, name), name))
                .isEqualTo(time);
        Text format = Text.of("%d %m-%Y*%S:%M:%H.%N%:z");
        Object written = call("format_date", name, Text.of("-03:30"), format, time);
        assertThat(call("date_to_unix_ts", name, format, written)).isEqualTo(time);
    }

    @Property(tries = TRIES)
    void givesPartsBack(@ForAll @Size(min = 1, max = 10) List<@StringLength(min = 1, max = 6) String> parts) {
        List<Object> texts = new ArrayList<>();
        parts.forEach(part -> texts.add(Text.of(part.replace(';', 'x').replaceAll("\\p{Cs}", "s"))));

        Object joined = call("join_to_string", Text.of(";"), texts);

        assertThat(call("split", joined, Text.of(";"))).isEqualTo(texts);
        assertThat(Values.same(call("json_decode", call("json_encode", texts)), texts))
                .isTrue();
    }

    @Property(tries = TRIES)
    void takesSubstringsThatMakeTheWhole(
            @ForAll @StringLength(max = 20) String any, @ForAll @IntRange(max = 22) int at) {
        Text text = Text.of(any.replaceAll("\\p{Cs}", "s"));
        Object before = call("substr", text, 0L, (long) at);
        Object behind = call("substr", text, (long) at);

        assertThat(call("concat", before, behind)).isEqualTo(text);
    }
}
