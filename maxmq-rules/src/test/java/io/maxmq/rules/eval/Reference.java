package io.maxmq.rules.eval;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.function.CallContext;
import io.maxmq.rules.function.Functions;
import io.maxmq.rules.json.JsonReader;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.parse.Expression;
import io.maxmq.rules.parse.Operator;
import io.maxmq.rules.parse.Statement;
import io.maxmq.rules.parse.Statement.Field;
import io.maxmq.rules.parse.Statement.TargetIndex;
import io.maxmq.rules.parse.Statement.TargetKey;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a statement means, as simply as it can be said: walks the tree with everything decoded. Slow, and shares with the engine only the
 * tree, JSON and the functions.
 */
final class Reference {
    private static final Functions FUNCTIONS = Functions.standard();

    private final CallContext around;
    private final Statement statement;
    /** Of the lists that are running, inner ones last. */
    private final List<Map<String, Object>> scopes = new ArrayList<>();

    private long itemIndex;

    private Reference(CallContext around, Statement statement) {
        this.around = around;
        this.statement = statement;
    }

    static List<Map<String, Object>> run(Statement statement, CallContext around) {
        Reference reference = new Reference(around, statement);
        return statement.isForEach() ? reference.forEach() : reference.select();
    }

    private static EvaluationException error(Code code) {
        return new EvaluationException(code, "reference", "fails");
    }

    // Clauses.

    private List<Map<String, Object>> select() {
        Map<String, Object> record = list(statement.fields());
        if (statement.where() != null && !passes(statement.where())) {
            return List.of();
        }
        return List.of(record);
    }

    private List<Map<String, Object>> forEach() {
        int last = statement.fields().size() - 1;
        list(statement.fields().subList(0, last));
        Field source = statement.fields().get(last);
        Object array = value(source.value());
        if (source.value() instanceof Expression.Name name
                && name.text().equals("payload")
                && array instanceof Text text) {
            array = decodedOrUndefined(text);
        }
        Map<String, Object> aliases = scopes.get(0);
        if (source.target() != null) {
            aliases.put(source.target().name(), array);
        }
        if (statement.where() != null && !passes(statement.where())) {
            return List.of();
        }
        List<Map<String, Object>> records = new ArrayList<>();
        if (array instanceof List<?> list) {
            for (Object element : list) {
                itemIndex++;
                aliases.put(source.target() == null ? "item" : source.target().name(), element);
                if (statement.inCase() == null || passes(statement.inCase())) {
                    records.add(perElement());
                }
            }
        }
        return records;
    }

    private Map<String, Object> perElement() {
        if (statement.perElement() != null) {
            Map<String, Object> record = list(statement.perElement());
            scopes.remove(1);
            return record;
        }
        return everything(Map.of());
    }

    /** All fields, and what the lists outside have made. */
    private Map<String, Object> everything(Map<String, Object> hidden) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (String name : around.event().names()) {
            all.put(name, around.event().field(name));
        }
        all.put("metadata", field("metadata"));
        for (Map<String, Object> scope : scopes) {
            if (scope != hidden) {
                all.putAll(scope);
            }
        }
        return all;
    }

    /** The record of a list, whose aliases stay. */
    private Map<String, Object> list(List<Field> fields) {
        Map<String, Object> made = new LinkedHashMap<>();
        scopes.add(made);
        boolean isEverything = fields.stream().anyMatch(field -> field.value() == null);
        List<String> taken = new ArrayList<>();
        fields.forEach(field -> taken.add(ownName(field)));
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            if (field.value() == null) {
                continue;
            }
            Object value = value(field.value());
            List<Object> steps = new ArrayList<>();
            String name = ownName(field);
            if (field.target() != null) {
                field.target()
                        .steps()
                        .forEach(step -> steps.add(step(step, field.target().name())));
            } else if (name == null) {
                name = field.value() instanceof Expression.Call call
                        ? call.name().toLowerCase()
                        : "_col" + (i + 1);
                name = taken.contains(name) ? "_col" + (i + 1) : name;
                taken.add(name);
            } else if (field.value() instanceof Expression.Path path) {
                path.steps().forEach(step -> steps.add(step(step, ownName(field))));
            }
            Object present = made.get(name);
            if (!made.containsKey(name) && isEverything && !steps.isEmpty()) {
                present = everything(made).get(name);
            }
            if (name.equals("payload") && !steps.isEmpty() && present instanceof Text text) {
                present = decoded(text);
            }
            made.put(name, put(present, steps, value));
        }
        if (!isEverything) {
            return made;
        }
        Map<String, Object> record = everything(made);
        record.putAll(made);
        return record;
    }

    private static String ownName(Field field) {
        if (field.target() != null) {
            return field.target().name();
        }
        if (field.value() instanceof Expression.Name name) {
            return name.text();
        }
        if (field.value() instanceof Expression.StringConstant constant) {
            return constant.value();
        }
        return field.value() instanceof Expression.Path path
                        && path.range() == null
                        && path.base() instanceof Expression.Name name
                ? name.text()
                : null;
    }

    /** A key as text, a position as the integer, or as "-0". */
    private Object step(Object step, String root) {
        if (step instanceof TargetKey key) {
            return Text.of(key.name());
        }
        if (step instanceof TargetIndex index) {
            return index.isFromEnd() && index.index().signum() == 0
                    ? "-0"
                    : index.isFromEnd() ? index.index().negate() : index.index();
        }
        if (step instanceof Expression.Key key) {
            return Text.of(key.name());
        }
        Expression index = step instanceof Expression.Index i ? i.index() : ((Statement.TargetReference) step).path();
        boolean isMinus = index instanceof Expression.Signed signed
                && signed.isMinus()
                && signed.value() instanceof Expression.IntegerConstant constant
                && constant.value().signum() == 0;
        Object value = isMinus ? "-0" : index(index, root);
        if (value instanceof Long number) {
            return BigInteger.valueOf(number);
        }
        if (value instanceof Text || value == "-0") {
            return value;
        }
        throw error(Code.BAD_INDEX);
    }

    private Object put(Object container, List<Object> steps, Object value) {
        if (steps.isEmpty()) {
            return value;
        }
        Object step = steps.get(0);
        List<Object> rest = steps.subList(1, steps.size());
        if (step instanceof Text key) {
            Map<String, Object> map = new LinkedHashMap<>();
            if (container instanceof Map<?, ?> present) {
                present.forEach((k, v) -> map.put((String) k, v));
            }
            map.put(key.toString(), put(map.get(key.toString()), rest, value));
            return map;
        }
        List<Object> list = new ArrayList<>();
        if (!(container instanceof List<?> present)) {
            list.add(put(null, rest, value));
            return list;
        }
        list.addAll(present);
        if (step == "-0") {
            list.add(put(null, rest, value));
        } else if (step.equals(BigInteger.ZERO)) {
            list.add(0, put(null, rest, value));
        } else {
            int index = ((BigInteger) step).intValueExact();
            int at = index > 0 ? index - 1 : list.size() + index;
            if (at >= 0 && at < list.size()) {
                list.set(at, put(list.get(at), rest, value));
            }
        }
        return list;
    }

    // Names and paths.

    private Object field(String name) {
        Object value = around.event().field(name);
        return value == null && name.equals("metadata") ? Map.of("rule_id", Text.of(around.rule())) : value;
    }

    private Object decoded(Text text) {
        return JsonReader.read(
                text.bytes(), 0, text.bytes().length, around.limits().jsonDepth());
    }

    private Object decodedOrUndefined(Text text) {
        try {
            return decoded(text);
        } catch (EvaluationException e) {
            return null;
        }
    }

    private Object name(String name) {
        for (int i = scopes.size() - 1; i >= 0; i--) {
            if (scopes.get(i).get(name) != null) {
                return scopes.get(i).get(name);
            }
        }
        return field(name);
    }

    private Object path(Expression.Path path) {
        if (!(path.base() instanceof Expression.Name name)) {
            return ranged(path, walk(value(path.base()), path, ""));
        }
        String root = name.text();
        for (int i = scopes.size() - 1; i >= 0; i--) {
            Object value = walk(scopes.get(i).get(root), path, root);
            if (value != null) {
                return ranged(path, value);
            }
        }
        Object from = field(root);
        if (root.equals("payload") && from instanceof Text text) {
            from = decoded(text);
        }
        return ranged(path, walk(from, path, root));
    }

    private Object walk(Object from, Expression.Path path, String root) {
        Object at = from;
        for (Expression.Step step : path.steps()) {
            if (at == null) {
                return null;
            }
            Object index = step instanceof Expression.Key key
                    ? Text.of(key.name())
                    : index(((Expression.Index) step).index(), root);
            Object container = at instanceof Text text ? decodedOrUndefined(text) : at;
            at = null;
            if (index instanceof Text key && container instanceof Map<?, ?> map) {
                at = map.get(key.toString());
            } else if (index instanceof Long number && container instanceof List<?> list) {
                long place = number > 0 ? number - 1 : number < 0 ? list.size() + number : -1;
                at = place >= 0 && place < list.size() ? list.get((int) place) : null;
            }
        }
        return at;
    }

    private Object index(Expression index, String root) {
        if (root.equals("payload") && index instanceof Expression.Name name && field("payload") instanceof Text text) {
            Object member = decodedOrUndefined(text) instanceof Map<?, ?> map ? map.get(name.text()) : null;
            if (member != null) {
                return member;
            }
        }
        return value(index);
    }

    private Object ranged(Expression.Path path, Object value) {
        if (path.range() == null) {
            return value;
        }
        Object array = value instanceof Text text ? decodedOrUndefined(text) : value;
        if (!(array instanceof List<?> list)) {
            throw error(Code.BAD_ARGUMENT);
        }
        int from = path.range().from().intValueExact();
        int to = path.range().to().intValueExact();
        if (from == 0 || to == 0) {
            throw error(Code.BAD_INDEX);
        }
        from = Math.max(1, from < 0 ? list.size() + 1 + from : from);
        to = to < 0 ? list.size() + 1 + to : to;
        if (to < from - 1) {
            throw error(Code.BAD_INDEX);
        }
        List<Object> part = new ArrayList<>();
        for (int i = from; i <= Math.min(to, list.size()); i++) {
            part.add(list.get(i - 1));
        }
        return part;
    }

    // Expressions.

    private boolean passes(Expression condition) {
        return passes(value(condition));
    }

    private static boolean passes(Object value) {
        if (value instanceof Boolean passes) {
            return passes;
        }
        if (value == null || value == JsonNull.NULL) {
            return false;
        }
        throw error(Code.NOT_BOOLEAN);
    }

    private Object value(Expression expression) {
        if (expression instanceof Expression.IntegerConstant constant) {
            return integer(constant.value());
        } else if (expression instanceof Expression.FloatConstant constant) {
            return constant.value();
        } else if (expression instanceof Expression.StringConstant constant) {
            return Text.of(constant.value());
        } else if (expression instanceof Expression.BooleanConstant constant) {
            return constant.value();
        } else if (expression instanceof Expression.NullConstant) {
            return null;
        } else if (expression instanceof Expression.Name name) {
            return name(name.text());
        } else if (expression instanceof Expression.Path path) {
            return path(path);
        } else if (expression instanceof Expression.Range range) {
            List<Object> list = new ArrayList<>();
            if (range.to().compareTo(range.from().subtract(BigInteger.ONE)) < 0) {
                throw error(Code.BAD_INDEX);
            }
            for (BigInteger i = range.from(); i.compareTo(range.to()) <= 0; i = i.add(BigInteger.ONE)) {
                list.add(integer(i));
            }
            return list;
        } else if (expression instanceof Expression.ArrayOf array) {
            List<Object> list = new ArrayList<>();
            array.elements().forEach(element -> list.add(value(element)));
            return list;
        } else if (expression instanceof Expression.Call call) {
            return call(call.name(), call.arguments());
        } else if (expression instanceof Expression.Cast cast) {
            return call(cast.type().equals("string") ? "str" : cast.type(), List.of(cast.value()));
        } else if (expression instanceof Expression.Case cases) {
            return cases(cases);
        } else if (expression instanceof Expression.Signed signed) {
            return signed(signed);
        } else if (expression instanceof Expression.Not not) {
            return Boolean.FALSE.equals(value(not.condition()));
        } else if (expression instanceof Expression.Binary binary) {
            return binary(binary);
        } else if (expression instanceof Expression.IsNull isNull) {
            Object value = value(isNull.value());
            return (value == null || value == JsonNull.NULL) != isNull.isNegated();
        } else if (expression instanceof Expression.InList in) {
            Object value = value(in.value());
            for (Expression option : in.options()) {
                if (same(value, value(option))) {
                    return !in.isNegated();
                }
            }
            return in.isNegated();
        } else if (expression instanceof Expression.InArray in) {
            Object value = value(in.value());
            return (value(in.array()) instanceof List<?> list && list.stream().anyMatch(each -> same(value, each)))
                    != in.isNegated();
        } else if (expression instanceof Expression.Between between) {
            Object value = value(between.value());
            return (compare(Operator.LESS_OR_EQUAL, value(between.low()), value)
                            && compare(Operator.LESS_OR_EQUAL, value, value(between.high())))
                    != between.isNegated();
        }
        Expression.Like like = (Expression.Like) expression;
        Object value = value(like.value());
        return (value(like.pattern()) instanceof Text pattern && value instanceof Text text && isLike(text, pattern))
                != like.isNegated();
    }

    private Object call(String name, List<Expression> arguments) {
        if (name.equals("item_index")) {
            return itemIndex == 0 ? null : (Object) itemIndex;
        }
        Object[] values = new Object[arguments.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(arguments.get(i));
        }
        return FUNCTIONS.find(name).function().call(around, values);
    }

    private Object cases(Expression.Case cases) {
        Object subject = cases.subject() == null ? null : value(cases.subject());
        for (Expression.Branch branch : cases.branches()) {
            if (cases.subject() == null ? passes(branch.when()) : same(subject, value(branch.when()))) {
                return value(branch.then());
            }
        }
        return cases.otherwise() == null ? null : value(cases.otherwise());
    }

    private Object signed(Expression.Signed signed) {
        Object value = value(signed.value());
        if (value instanceof Double number) {
            return signed.isMinus() ? -number : number;
        }
        if (isInteger(value)) {
            return integer(signed.isMinus() ? big(value).negate() : big(value));
        }
        throw error(Code.ARITHMETIC);
    }

    private Object binary(Expression.Binary binary) {
        if (binary.operator() == Operator.AND) {
            return passes(binary.left()) && passes(binary.right());
        }
        if (binary.operator() == Operator.OR) {
            return passes(binary.left()) || passes(binary.right());
        }
        Object left = value(binary.left());
        Object right = value(binary.right());
        return switch (binary.operator()) {
            case PLUS ->
                left instanceof Text || right instanceof Text
                        ? joined(left, right)
                        : arithmetic(binary.operator(), left, right);
            case MINUS, TIMES, DIVIDE, REMAINDER, DIV, MOD -> arithmetic(binary.operator(), left, right);
            case JOIN -> joined(left, right);
            default -> compare(binary.operator(), left, right);
        };
    }

    private static Object joined(Object left, Object right) {
        return Text.of(str(left) + str(right));
    }

    private static String str(Object value) {
        if (value instanceof Double number) {
            String digits = new BigDecimal(number)
                    .setScale(10, java.math.RoundingMode.HALF_UP)
                    .toPlainString();
            String cut = digits.replaceAll("0+$", "");
            cut = cut.endsWith(".") ? cut + "0" : cut;
            return cut.equals("-0.0") ? "0.0" : cut;
        }
        if (value instanceof Map || value instanceof List) {
            return JsonWriter.text(value, 1 << 20).toString();
        }
        return value == null ? "undefined" : value == JsonNull.NULL ? "null" : value.toString();
    }

    private static Object arithmetic(Operator operator, Object left, Object right) {
        if (!isNumber(left) || !isNumber(right)) {
            throw error(Code.BAD_ARGUMENT);
        }
        boolean isWhole = isInteger(left) && isInteger(right);
        if (operator == Operator.DIV || operator == Operator.MOD || operator == Operator.REMAINDER) {
            if (!isWhole) {
                throw error(Code.BAD_ARGUMENT);
            }
            if (big(right).signum() == 0) {
                throw error(Code.ARITHMETIC);
            }
            return integer(
                    operator == Operator.DIV
                            ? big(left).divide(big(right))
                            : big(left).remainder(big(right)));
        }
        if (isWhole && operator != Operator.DIVIDE) {
            return integer(
                    operator == Operator.PLUS
                            ? big(left).add(big(right))
                            : operator == Operator.MINUS
                                    ? big(left).subtract(big(right))
                                    : big(left).multiply(big(right)));
        }
        double a = ((Number) left).doubleValue();
        double b = ((Number) right).doubleValue();
        double result = switch (operator) {
            case PLUS -> a + b;
            case MINUS -> a - b;
            case TIMES -> a * b;
            default -> b == 0 ? Double.NaN : a / b;
        };
        if (!Double.isFinite(result)) {
            throw error(Code.ARITHMETIC);
        }
        return result;
    }

    private static boolean compare(Operator operator, Object left, Object right) {
        if (operator == Operator.MATCHES) {
            return left instanceof Text topic
                    && right instanceof Text filter
                    && TopicFilter.parse(filter.toString()) != null
                    && TopicFilter.of(filter.toString()).share() == null
                    && TopicFilter.of(filter.toString()).matches(topic.toString());
        }
        if (left == null || right == null) {
            return left == right && holds(operator, 0);
        }
        if (isNumber(left) && isNumber(right)) {
            return holds(operator, decimal(left).compareTo(decimal(right)));
        }
        if (isNumber(left) && right instanceof Text text) {
            return holds(operator, decimal(left).compareTo(decimal(number(text))));
        }
        if (left instanceof Text text && isNumber(right)) {
            return holds(operator, decimal(number(text)).compareTo(decimal(right)));
        }
        if (isWord(left) && right instanceof Text text) {
            return holds(operator, Text.of(str(left)).compareTo(text));
        }
        if (left instanceof Text text && isWord(right)) {
            return holds(operator, text.compareTo(Text.of(str(right))));
        }
        if (left instanceof Text a && right instanceof Text b) {
            return holds(operator, a.compareTo(b));
        }
        if (left instanceof Boolean a && right instanceof Boolean b) {
            return holds(operator, a.compareTo(b));
        }
        if (left == JsonNull.NULL && right == JsonNull.NULL) {
            return holds(operator, 0);
        }
        boolean isEqual = equal(left, right);
        return operator == Operator.EQUAL ? isEqual : operator == Operator.UNEQUAL && !isEqual;
    }

    private static boolean holds(Operator operator, int order) {
        return switch (operator) {
            case EQUAL -> order == 0;
            case UNEQUAL -> order != 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            default -> order >= 0;
        };
    }

    private static Object number(Text text) {
        String digits = text.toString();
        if (digits.matches("[+-]?[0-9]+")) {
            return integer(new BigInteger(digits));
        }
        if (digits.matches("[+-]?[0-9]+(\\.[0-9]+([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)")) {
            return Double.parseDouble(digits);
        }
        throw error(Code.BAD_COMPARISON);
    }

    /** Deep, numbers by their value. */
    private static boolean equal(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return decimal(a).compareTo(decimal(b)) == 0;
        }
        return deep(a, b, Reference::equal);
    }

    /** Deep, of one type and value. */
    private static boolean same(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return isInteger(a) == isInteger(b) && decimal(a).compareTo(decimal(b)) == 0;
        }
        return deep(a, b, Reference::same);
    }

    private static boolean deep(Object a, Object b, java.util.function.BiPredicate<Object, Object> equality) {
        if (a instanceof List<?> x && b instanceof List<?> y) {
            boolean is = x.size() == y.size();
            for (int i = 0; is && i < x.size(); i++) {
                is = equality.test(x.get(i), y.get(i));
            }
            return is;
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return x.keySet().equals(y.keySet())
                    && x.keySet().stream().allMatch(key -> equality.test(x.get(key), y.get(key)));
        }
        return Objects.equals(a, b);
    }

    private static boolean isLike(Text text, Text pattern) {
        StringBuilder regex = new StringBuilder();
        pattern.toString()
                .codePoints()
                .forEach(c -> regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(Character.toString(c))));
        return Pattern.compile(regex.toString(), Pattern.DOTALL)
                .matcher(text.toString())
                .matches();
    }

    private static boolean isWord(Object value) {
        return value instanceof Boolean || value == JsonNull.NULL;
    }

    private static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof BigInteger;
    }

    private static boolean isNumber(Object value) {
        return isInteger(value) || value instanceof Double;
    }

    private static BigInteger big(Object value) {
        return value instanceof BigInteger big ? big : BigInteger.valueOf((Long) value);
    }

    private static BigDecimal decimal(Object value) {
        return value instanceof Double number ? new BigDecimal(number) : new BigDecimal(big(value));
    }

    private static Object integer(BigInteger value) {
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }
}
