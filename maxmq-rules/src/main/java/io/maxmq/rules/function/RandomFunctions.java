package io.maxmq.rules.function;

import io.maxmq.rules.value.Text;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Chance and identifiers made of it. */
final class RandomFunctions {
    private static final String LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private RandomFunctions() {}

    static void addTo(Library library) {
        library.addImpure("uuid_v4", 0, 0, call -> Text.of(uuid(call)))
                .addImpure("uuid_v4_no_hyphen", 0, 0, call -> Text.of(uuid(call).replace("-", "")))
                .addImpure("rand_int", 1, 1, RandomFunctions::integer)
                .addImpure("rand_str", 1, 1, RandomFunctions::text);
    }

    /** RFC 4122 §4.4. */
    private static String uuid(Call call) {
        RandomGenerator random = call.around().random();
        long high = random.nextLong() & ~0xf000L | 0x4000L;
        long low = random.nextLong() & 0x3fffffffffffffffL | Long.MIN_VALUE;
        return new UUID(high, low).toString();
    }

    /** From 1 to the argument. */
    private static Object integer(Call call) {
        long most = call.whole(0);
        if (most < 1) {
            throw call.bad(0, "an integer of 1 or more");
        }
        return most == Long.MAX_VALUE
                ? call.around().random().nextLong(most) + 1
                : call.around().random().nextLong(1, most + 1);
    }

    private static Text text(Call call) {
        int length = call.count(0, 1);
        call.checkBytes(length);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(call.around().random().nextInt(LETTERS.length())));
        }
        return Text.of(text.toString());
    }
}
