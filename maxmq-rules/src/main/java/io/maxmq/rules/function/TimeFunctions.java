package io.maxmq.rules.function;

import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/** Time: as numbers since 1970 in a unit, as RFC 3339 has it, and in other formats (see {@link DateFormat}). */
final class TimeFunctions {
    private static final String[] UNITS = {"second", "millisecond", "microsecond", "nanosecond"};
    private static final long[] PER_SECOND = {1, 1_000, 1_000_000, 1_000_000_000};
    private static final long NANOS = 1_000_000_000;
    private static final int[] FRACTION_DIGITS = {0, 3, 6, 9};

    private TimeFunctions() {}

    static void addTo(Library library) {
        library.addImpure("now_timestamp", 0, 1, call -> count(now(call), call.has(0) ? unit(call, 0) : 0))
                .addImpure("now_rfc3339", 0, 1, call -> rfc3339(call, now(call), call.has(0) ? unit(call, 0) : 0))
                .addImpure(
                        "timestamp_s", 0, 0, call -> Math.floorDiv(call.around().nowMillis(), 1_000L))
                .addImpure("timestamp_ms", 0, 0, call -> call.around().nowMillis())
                .addImpure("unix_ts_to_rfc3339", 1, 2, TimeFunctions::toRfc3339)
                .add("rfc3339_to_unix_ts", 1, 2, TimeFunctions::fromRfc3339)
                .addImpure("format_date", 3, 4, TimeFunctions::formatted)
                .addImpure("date_to_unix_ts", 3, 4, TimeFunctions::parsed)
                .addImpure("timezone_to_offset_seconds", 1, 1, call -> offset(call, 0))
                .addImpure("timezone_to_second", 1, 1, call -> offset(call, 0))
                .add("date_trunc", 2, TimeFunctions::truncated)
                .addImpure("mongo_date", 0, 2, TimeFunctions::mongoDate);
    }

    private static Instant now(Call call) {
        long nanos = call.around().nowNanos();
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
    }

    private static int unit(Call call, int argument) {
        return call.option(argument, UNITS);
    }

    /** Since 1970, in the unit; towards the past. */
    private static Object count(Instant time, int unit) {
        long per = PER_SECOND[unit];
        BigInteger whole = BigInteger.valueOf(time.getEpochSecond()).multiply(BigInteger.valueOf(per));
        return Numbers.integer(whole.add(BigInteger.valueOf(time.getNano() / (NANOS / per))));
    }

    private static Instant instant(Call call, int argument, int unit) {
        BigInteger[] parts = call.big(argument).divideAndRemainder(BigInteger.valueOf(PER_SECOND[unit]));
        try {
            return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValue() * (NANOS / PER_SECOND[unit]));
        } catch (ArithmeticException | DateTimeException e) {
            throw call.bad(argument, "a time within a thousand million years of 1970");
        }
    }

    private static Text toRfc3339(Call call) {
        int unit = call.has(1) ? unit(call, 1) : 0;
        return rfc3339(call, instant(call, 0, unit), unit);
    }

    private static Text rfc3339(Call call, Instant time, int unit) {
        return Text.of(
                rfc3339(inYears(call, time.atZone(call.around().zone()).toOffsetDateTime()), FRACTION_DIGITS[unit]));
    }

    /** With so many digits of the second's fraction; UTC is +00:00. */
    private static String rfc3339(OffsetDateTime time, int fractionDigits) {
        String format = "%Y-%m-%dT%H:%M:%S"
                + (fractionDigits == 0 ? "" : fractionDigits == 9 ? ".%N" : ".%" + fractionDigits + "N");
        return DateFormat.format(time, format + "%:z");
    }

    private static OffsetDateTime inYears(Call call, OffsetDateTime time) {
        if (time.getYear() < 0 || time.getYear() > 9999) {
            throw call.problem("the year " + time.getYear() + " must be 0..9999");
        }
        return time;
    }

    private static Object fromRfc3339(Call call) {
        int unit = call.has(1) ? unit(call, 1) : 0;
        return count(DateFormat.rfc3339(call, call.onlyString(0)), unit);
    }

    private static Text formatted(Call call) {
        int unit = unit(call, 0);
        Instant time = call.has(3) ? instant(call, 3, unit) : now(call);
        OffsetDateTime there = inYears(call, time.atZone(zone(call, 1)).toOffsetDateTime());
        return call.built(DateFormat.format(there, call.onlyString(2)));
    }

    private static Object parsed(Call call) {
        int unit = unit(call, 0);
        boolean given = call.count() == 4;
        ZoneId zone = given ? zone(call, 1) : ZoneOffset.UTC;
        String format = call.onlyString(given ? 2 : 1);
        Instant time = DateFormat.parse(call, format, call.onlyString(given ? 3 : 2));
        // What stands there is that zone's time, which tells its offset then.
        ZoneOffset offset = zone.getRules().getOffset(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
        return count(time.minusSeconds(offset.getTotalSeconds()), unit);
    }

    /** Seconds that a zone is ahead of UTC, as of now. */
    private static long offset(Call call, int argument) {
        return zone(call, argument).getRules().getOffset(now(call)).getTotalSeconds();
    }

    /** A number of seconds, an offset, {@code local}, or a zone's name; undefined is UTC. */
    private static ZoneId zone(Call call, int argument) {
        Object value = call.value(argument);
        if (value == null) {
            return ZoneOffset.UTC;
        }
        if (Numbers.isInteger(value)) {
            int seconds = call.index(argument);
            if (Math.abs(seconds) > ZoneOffset.MAX.getTotalSeconds()) {
                throw call.bad(argument, "an offset of at most 18 hours");
            }
            return ZoneOffset.ofTotalSeconds(seconds);
        }
        String zone = call.onlyString(argument);
        if (zone.equals("Z") || zone.equals("z")) {
            return ZoneOffset.UTC;
        }
        if (zone.equals("local")) {
            return call.around().zone();
        }
        int seconds = DateFormat.offset(zone);
        if (seconds != DateFormat.NO_OFFSET) {
            return ZoneOffset.ofTotalSeconds(seconds);
        }
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw call.bad(argument, "an offset or the name of a zone");
        }
    }

    /** The start of the second, minute, hour, day, week (Monday), month, quarter or year, in UTC. */
    private static Object truncated(Call call) {
        int unit = call.option(0, "second", "minute", "hour", "day", "week", "month", "quarter", "year");
        Instant time = instant(call, 1, 1);
        OffsetDateTime there = inYears(call, time.atOffset(ZoneOffset.UTC));
        if (unit < 4) {
            ChronoUnit[] units = {ChronoUnit.SECONDS, ChronoUnit.MINUTES, ChronoUnit.HOURS, ChronoUnit.DAYS};
            return there.truncatedTo(units[unit]).toInstant().toEpochMilli();
        }
        LocalDate day = there.toLocalDate();
        LocalDate first = switch (unit) {
            case 4 -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case 5 -> day.withDayOfMonth(1);
            case 6 -> day.withDayOfMonth(1).withMonth(3 * day.get(IsoFields.QUARTER_OF_YEAR) - 2);
            default -> day.withDayOfYear(1);
        };
        return first.toEpochDay() * 86_400_000L;
    }

    private static @Nullable Object mongoDate(Call call) {
        Instant time = call.has(0) ? instant(call, 0, call.has(1) ? unit(call, 1) : 1) : now(call);
        OffsetDateTime there = inYears(call, time.atOffset(ZoneOffset.UTC));
        return Text.of("ISODate(" + DateFormat.format(there, "%Y-%m-%dT%H:%M:%S.%3NZ") + ")");
    }
}
