package io.maxmq.benchmarks.e2e;

import io.maxmq.benchmarks.load.LoadMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The result of one broker in one scenario, as shown in the table.
 * @param values the values for the comparison with the yardstick's; possibly empty
 * @param remarks remarks about this number: losses, a generator at its limit, a busy machine
 */
record Cell(String text, List<Double> values, List<String> remarks) {
    private static final double GENERATOR_LIMIT = 0.95;
    private static final double NOISE_LIMIT = 0.15;

    Cell {
        values = List.copyOf(values);
        remarks = List.copyOf(remarks);
    }

    static Cell failed(String reason) {
        return new Cell("failed: " + reason.replace('\n', ' ').replace("|", "/"), List.of(), List.of());
    }

    /** As it appears in the table, with the ratio to the yardstick when both have the same values. */
    String render(Cell yardstick) {
        StringJoiner cell = new StringJoiner("; ");
        cell.add(text);
        if (yardstick != this && !values.isEmpty() && values.size() == yardstick.values.size()) {
            StringJoiner ratios = new StringJoiner(" / ", "**", "×**");
            for (int i = 0; i < values.size(); i++) {
                ratios.add(number(values.get(i) / yardstick.values.get(i)));
            }
            cell.add(ratios.toString());
        }
        remarks.forEach(cell::add);
        return cell.toString();
    }

    /** Remarks about the conditions under which a number came about. */
    static List<String> conditions(LoadMeter.Usage usage, boolean closedLoop) {
        List<String> remarks = new ArrayList<>();
        if (closedLoop && usage.generatorShare() > GENERATOR_LIMIT) {
            remarks.add("ᵍ");
        }
        if (usage.otherShare() > NOISE_LIMIT) {
            remarks.add(String.format(Locale.ROOT, "others used %.0f %%", usage.otherShare() * 100));
        }
        return remarks;
    }

    /** About three digits. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        double magnitude = Math.abs(value);
        String format = magnitude >= 99.95 ? "%,.0f" : magnitude >= 9.995 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
