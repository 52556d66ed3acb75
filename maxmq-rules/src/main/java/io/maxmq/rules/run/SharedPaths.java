package io.maxmq.rules.run;

import io.maxmq.rules.eval.PayloadPaths;
import io.maxmq.rules.eval.Program;
import io.maxmq.rules.function.EvaluationLimits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The payload paths of the statements of one topic filter, combined for one pass. Created for the first message, and
 * again after a change, since rules may be added by thousands before. A statement that is not yet included decodes the
 * payload by itself. Thread-safe.
 */
final class SharedPaths {
    private static final RuleSlot[] NONE = {};

    /** Guarded by this. */
    private RuleSlot[] slots = NONE;

    /** Written under the lock of this; null when it is to be made. */
    private volatile @Nullable PayloadPaths made;

    /** The rules there are these now, or other versions of them. */
    synchronized void changed(RuleSlot[] present) {
        slots = present;
        made = null;
    }

    /** Of the rules that are there now. */
    PayloadPaths paths() {
        PayloadPaths present = made;
        return present == null ? make() : present;
    }

    private synchronized PayloadPaths make() {
        PayloadPaths present = made;
        if (present == null) {
            List<Program> programs = new ArrayList<>();
            for (RuleSlot slot : slots) {
                ActiveRule rule = slot.active;
                Program program = rule == null ? null : rule.program();
                if (program != null) {
                    programs.add(program);
                }
            }
            present = new PayloadPaths(programs, EvaluationLimits.DEFAULT);
            made = present;
        }
        return present;
    }
}
