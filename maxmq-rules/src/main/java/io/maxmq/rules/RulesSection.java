package io.maxmq.rules;

import io.maxmq.codec.ReasonCode;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.run.EngineSettings;
import io.maxmq.rules.sink.SinkOverflow;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.config.ConfigSection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The section {@code rules} of a configuration file: the engine's settings, its sinks by name, and its rules by name. Stateless. */
final class RulesSection {
    /** The values of {@code inline}. */
    private enum Mode {
        NO,
        TRANSFORM,
        REQUIRE,
        REFUSE
    }

    private RulesSection() {}

    static RuleEngine read(ConfigSection section) {
        RuleEngine engine = engine(section);
        for (Map.Entry<String, ConfigSection> each : section.named("sinks").entrySet()) {
            ConfigSection sink = each.getValue();
            checked(sink, () -> engine.sink(each.getKey(), SinkSection.read(sink), SinkSection.buffering(sink)));
        }
        for (Map.Entry<String, ConfigSection> each : section.named("rules").entrySet()) {
            checked(each.getValue(), () -> rule(engine, each.getKey(), each.getValue()));
        }
        return engine;
    }

    private static RuleEngine engine(ConfigSection section) {
        EngineSettings defaults = EngineSettings.DEFAULTS;
        int lanes = section.number("lanes", defaults.lanes());
        int events = section.number("max-queued-events", defaults.maxQueuedEvents());
        long bytes = section.bytes("max-queued-bytes", defaults.maxQueuedBytes());
        return checked(
                section,
                () -> RuleEngine.builder()
                        .lanes(lanes)
                        .queue(events, bytes)
                        .overflow(section.choice("overflow", SinkOverflow.class, defaults.overflow()))
                        .keptErrors(section.number("kept-errors", defaults.keptErrors()))
                        .drainTimeout(section.duration("drain-timeout", defaults.drainTimeout()))
                        .sysMessages(section.flag("sys-messages", defaults.sysMessages()))
                        .inlineRules(section.flag("inline-rules", defaults.inlineRules()))
                        .build());
    }

    private static Rule rule(RuleEngine engine, String id, ConfigSection section) {
        RuleBuilder rule = engine.rule(id);
        try {
            rule.sql(section.text("sql"));
        } catch (StatementException e) {
            throw section.wrongWithin("sql", e.line(), e.column(), String.valueOf(e.getMessage()));
        }
        for (String sink : section.texts("to", List.of())) {
            rule.to(sink);
        }
        rule.tenant(new Tenant(section.text("tenant", Tenant.DEFAULT.name())));
        if (section.flag("fast-json", false)) {
            rule.fastJson();
        }
        if (section.flag("leave-out-undefined", false)) {
            rule.leaveOutUndefined();
        }
        if (!section.flag("enabled", true)) {
            rule.disabled();
        }
        InlineAction inline = inline(section);
        if (inline != null) {
            rule.inline(inline);
        }
        return rule.start();
    }

    private static @Nullable InlineAction inline(ConfigSection section) {
        Mode mode = section.choice("inline", Mode.class, Mode.NO);
        String reason = section.text("reason", "not-authorized");
        boolean failClosed = section.flag("fail-closed", false);
        if (section.has("reason") && (mode == Mode.NO || mode == Mode.TRANSFORM && !failClosed)) {
            throw section.wrong("reason", "needs inline = require, refuse, or transform with fail-closed = true");
        }
        switch (mode) {
            case NO -> {
                if (failClosed) {
                    throw section.wrong("fail-closed", "needs inline = require, refuse or transform");
                }
                return null;
            }
            case TRANSFORM -> {
                InlineAction transform = InlineAction.transform();
                return !failClosed
                        ? transform
                        : section.has("reason") ? transform.failClosed(code(section, reason)) : transform.failClosed();
            }
            default -> {
                InlineAction refusal = mode == Mode.REQUIRE
                        ? isDrop(reason) ? InlineAction.requireOrDrop() : InlineAction.require(code(section, reason))
                        : isDrop(reason) ? InlineAction.drop() : InlineAction.reject(code(section, reason));
                return failClosed ? refusal.failClosed() : refusal;
            }
        }
    }

    private static boolean isDrop(String reason) {
        return reason.equals("drop");
    }

    private static ReasonCode code(ConfigSection section, String name) {
        try {
            return ReasonCode.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw section.wrong("reason", "must be drop or a reason code like not-authorized, not " + name);
        }
    }

    /** Blames the section for what a method refuses. */
    static <T> T checked(ConfigSection section, Supplier<T> making) {
        try {
            return making.get();
        } catch (ConfigFileException e) {
            throw e;
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw section.wrong("", String.valueOf(e.getMessage()));
        }
    }
}
