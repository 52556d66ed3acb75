package io.maxmq.rules.eval;

import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.parse.Expression;
import io.maxmq.rules.parse.Expression.Call;
import io.maxmq.rules.parse.Expression.Index;
import io.maxmq.rules.parse.Expression.Name;
import io.maxmq.rules.parse.Expression.Path;
import io.maxmq.rules.parse.Expression.Signed;
import io.maxmq.rules.parse.Expression.StringConstant;
import io.maxmq.rules.parse.Statement.Field;
import io.maxmq.rules.parse.Statement.Target;
import io.maxmq.rules.parse.Statement.TargetIndex;
import io.maxmq.rules.parse.Statement.TargetKey;
import io.maxmq.rules.parse.Statement.TargetReference;
import io.maxmq.rules.parse.Statement.TargetStep;
import io.maxmq.rules.value.Text;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a list of fields ready: gives each its place, and makes its alias known to what comes behind. */
final class ListCompiler {
    private static final BigInteger MOST_INDEX = BigInteger.valueOf(Integer.MAX_VALUE);

    private final ExpressionCompiler expressions;
    private final Scope scope;
    private final List<Node> values = new ArrayList<>();
    private final List<Placement> places = new ArrayList<>();
    /** By name, in the order of the record. */
    private final Map<String, Scope.Alias> members = new LinkedHashMap<>();

    private final Set<String> taken = new HashSet<>();
    private boolean hasEverything;
    private int everythingAt = -1;

    ListCompiler(ExpressionCompiler expressions, Scope scope) {
        this.expressions = expressions;
        this.scope = scope;
    }

    /**
     * The list.
     *
     * @param outer what {@code *} is beside the event's fields
     */
    FieldList listing(List<Field> fields, List<Scope.Alias> outer) {
        for (Field field : fields) {
            hasEverything |= field.value() == null;
            String name = ownName(field);
            if (name != null) {
                taken.add(name);
            }
        }
        for (int i = 0; i < fields.size(); i++) {
            add(fields.get(i), i + 1, outer);
        }
        List<Scope.Alias> shown = new ArrayList<>();
        Set<String> hidden = new HashSet<>(members.keySet());
        for (Scope.Alias alias : outer) {
            if (hidden.add(alias.name)) {
                shown.add(alias);
            }
        }
        byte[][] heads = heads();
        int[] headBytes = Arrays.stream(heads).mapToInt(head -> head.length).toArray();
        for (int i = 0; i < heads.length; i++) {
            heads[i] = Arrays.copyOf(heads[i], Math.max(heads[i].length, FieldList.ROOM));
        }
        return new FieldList(
                values.toArray(Node[]::new),
                places.toArray(Placement[]::new),
                members.keySet().toArray(String[]::new),
                heads,
                headBytes,
                members.values().stream().mapToInt(alias -> alias.slot).toArray(),
                everythingAt,
                shown.stream().map(alias -> alias.name).toArray(String[]::new),
                shown.stream().mapToInt(alias -> alias.slot).toArray(),
                Set.copyOf(hidden));
    }

    private byte[][] heads() {
        byte[][] heads = new byte[members.size()][];
        int i = 0;
        for (String name : members.keySet()) {
            byte[] bracket = {(byte) (i == 0 ? '{' : ',')};
            heads[i++] = new JsonWriter(false, JsonWriter.UNBOUNDED)
                    .raw(bracket)
                    .key(name)
                    .toBytes();
        }
        return heads;
    }

    /** The name that an item has of itself; null where it takes one that is free. */
    private static @Nullable String ownName(Field field) {
        if (field.target() != null) {
            return field.target().name();
        }
        Expression value = field.value();
        if (value instanceof Name name) {
            return name.text();
        }
        if (value instanceof StringConstant constant) {
            return constant.value();
        }
        return value instanceof Path path && path.base() instanceof Name name && path.range() == null
                ? name.text()
                : null;
    }

    private void add(Field field, int position, List<Scope.Alias> outer) {
        Expression value = field.value();
        if (value == null) {
            everythingAt = everythingAt < 0 ? members.size() : everythingAt;
            return;
        }
        values.add(expressions.node(value, scope));
        Target target = field.target();
        if (target != null) {
            place(field, target.name(), moves(target), outer);
        } else if (value instanceof Path path && ownName(field) != null) {
            place(field, ((Name) path.base()).text(), moves(path), outer);
        } else {
            String name = ownName(field);
            place(field, name == null ? freeName(value, position) : name, List.of(), outer);
        }
    }

    private String freeName(Expression value, int position) {
        String name = value instanceof Call call ? call.name().toLowerCase(Locale.ROOT) : "_col" + position;
        if (!taken.add(name)) {
            name = "_col" + position;
            taken.add(name);
        }
        return name;
    }

    private void place(Field field, String name, List<Placement.Move> moves, List<Scope.Alias> outer) {
        boolean isFirst = !members.containsKey(name);
        Node start = isFirst ? start(field, name, outer) : null;
        Scope.Alias alias = scope.make(name);
        members.put(name, alias);
        List<String> keys = new ArrayList<>();
        for (Placement.Move move : moves) {
            if (!(move.index() instanceof Text key)) {
                break;
            }
            keys.add(key.toString());
        }
        alias.put(keys, keys.size() == moves.size());
        if (isFirst && hasEverything && !moves.isEmpty()) {
            alias.open();
        }
        places.add(new Placement(
                field.at(), alias.slot, moves.toArray(Placement.Move[]::new), name.equals("payload"), start));
    }

    /** The value of a name before the first assignment: with {@code *} its member, else nothing. */
    private Node start(Field field, String name, List<Scope.Alias> outer) {
        if (hasEverything) {
            for (Scope.Alias alias : outer) {
                if (alias.name.equals(name)) {
                    return new FieldReads.Alias(field.at(), alias.slot, new Constant(field.at(), null));
                }
            }
            return new FieldReads.Field(field.at(), name);
        }
        return new Constant(field.at(), null);
    }

    private List<Placement.Move> moves(Target target) {
        List<Placement.Move> moves = new ArrayList<>();
        for (TargetStep step : target.steps()) {
            if (step instanceof TargetKey key) {
                moves.add(new Placement.Move(Text.of(key.name()), false, null));
            } else if (step instanceof TargetIndex index) {
                moves.add(position(index.index(), index.isFromEnd()));
            } else {
                Expression path = ((TargetReference) step).path();
                moves.add(computed(path, target.name()));
            }
        }
        return moves;
    }

    /** Where a path puts its value that has no other target: where it comes from. */
    private List<Placement.Move> moves(Path path) {
        List<Placement.Move> moves = new ArrayList<>();
        for (Expression.Step step : path.steps()) {
            if (step instanceof Expression.Key key) {
                moves.add(new Placement.Move(Text.of(key.name()), false, null));
                continue;
            }
            Expression index = ((Index) step).index();
            if (index instanceof Signed signed
                    && signed.value() instanceof Expression.IntegerConstant constant) { // which tells -0 from 0
                moves.add(position(constant.value(), signed.isMinus()));
            } else {
                moves.add(computed(index, ((Name) path.base()).text()));
            }
        }
        return moves;
    }

    private Placement.Move computed(Expression index, String name) {
        Node node = expressions.index(index, name.equals("payload"), scope);
        if (node instanceof Constant constant && constant.value() instanceof Text key) {
            return new Placement.Move(key, false, null);
        }
        if (node instanceof Constant constant && constant.value() instanceof Long number && number >= 0) {
            return position(BigInteger.valueOf(number), false);
        }
        return new Placement.Move(null, false, node);
    }

    private static Placement.Move position(BigInteger index, boolean isFromEnd) {
        return new Placement.Move(index.min(MOST_INDEX).longValue(), isFromEnd, null);
    }
}
