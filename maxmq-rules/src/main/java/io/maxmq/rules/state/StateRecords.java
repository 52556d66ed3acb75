package io.maxmq.rules.state;

import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Shard;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.Table;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of the table {@code rules-state}. The key is a {@link ShardedKey} of the tenant, its suffix the key in UTF-8, its shard
 * that of both. The value, numbers big-endian:
 *
 * <pre>
 *   0           1
 *   +-----------+---------+
 *   | layout, 1 | value   |
 *   +-----------+---------+
 *
 *   value = tag, 1 byte, and
 *     0 undefined, only within a list or map    1 null    2 false    3 true
 *     4 integer      8 bytes, two's complement
 *     5 big integer  n, 4 bytes; n bytes, two's complement
 *     6 float        8 bytes, IEEE 754
 *     7 text         n, 4 bytes; n bytes
 *     8 bits         number of bits, 4 bytes; the bytes that hold them
 *     9 list         n, 4 bytes; n values
 *    10 map          n, 4 bytes; n times: length of the key, 4 bytes, the key in UTF-8, value
 * </pre>
 *
 * <p>Stateless.
 */
final class StateRecords {
    static final Table TABLE = new Table("rules-state");

    private static final int LAYOUT = 1;
    private static final int UNDEFINED = 0;
    private static final int NULL = 1;
    private static final int FALSE = 2;
    private static final int TRUE = 3;
    private static final int INTEGER = 4;
    private static final int BIG_INTEGER = 5;
    private static final int FLOAT = 6;
    private static final int TEXT = 7;
    private static final int BITS = 8;
    private static final int LIST = 9;
    private static final int MAP = 10;

    /** More than values can have, and little enough for any stack. */
    private static final int MAX_DEPTH = 1_000;

    private StateRecords() {}

    static Bytes key(String tenant, String key) {
        return ShardedKey.encode(Shard.of(tenant, key), tenant, Bytes.utf8(key));
    }

    /**
     * The record of a value.
     *
     *
     * @throws IllegalArgumentException for a value of an unsupported type, or nested too deeply
     */
    static Bytes encode(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream output = new DataOutputStream(bytes)) {
            output.writeByte(LAYOUT);
            write(output, value, MAX_DEPTH);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Bytes.wrap(bytes.toByteArray());
    }

    private static void write(DataOutputStream output, @Nullable Object value, int depth) throws IOException {
        if (depth == 0) {
            throw new IllegalArgumentException("a value is nested more than " + MAX_DEPTH + " deep");
        }
        if (value == null) {
            output.writeByte(UNDEFINED);
        } else if (value == JsonNull.NULL) {
            output.writeByte(NULL);
        } else if (value instanceof Boolean is) {
            output.writeByte(is ? TRUE : FALSE);
        } else if (value instanceof Long integer) {
            output.writeByte(INTEGER);
            output.writeLong(integer);
        } else if (value instanceof BigInteger integer) {
            output.writeByte(BIG_INTEGER);
            write(output, integer.toByteArray());
        } else if (value instanceof Double number) {
            output.writeByte(FLOAT);
            output.writeDouble(number);
        } else if (value instanceof Text text) {
            output.writeByte(TEXT);
            write(output, text.bytes());
        } else if (value instanceof Bits bits) {
            output.writeByte(BITS);
            output.writeInt(bits.length());
            output.write(bits.bytes());
        } else if (value instanceof List<?> list) {
            output.writeByte(LIST);
            output.writeInt(list.size());
            for (Object each : list) {
                write(output, each, depth - 1);
            }
        } else if (value instanceof Map<?, ?> map) {
            output.writeByte(MAP);
            output.writeInt(map.size());
            for (Map.Entry<?, ?> each : map.entrySet()) {
                write(output, ((String) each.getKey()).getBytes(StandardCharsets.UTF_8));
                write(output, each.getValue(), depth - 1);
            }
        } else {
            throw new IllegalArgumentException("no value of the language: class=" + value.getClass());
        }
    }

    private static void write(DataOutputStream output, byte[] bytes) throws IOException {
        output.writeInt(bytes.length);
        output.write(bytes);
    }

    /**
     * The value of a record.
     *
     * @throws IllegalArgumentException when the layout is another, or it is not that of a value
     */
    static Object decode(Bytes record) {
        ByteBuffer input = record.asByteBuffer();
        try {
            int layout = input.get();
            if (layout != LAYOUT) {
                throw new IllegalArgumentException("unknown layout: layout=" + layout);
            }
            Object value = read(input, MAX_DEPTH);
            if (value == null || input.hasRemaining()) {
                throw new IllegalArgumentException("no value, or more than one: left=" + input.remaining());
            }
            return value;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("record ends within its value: bytes=" + record.length(), e);
        }
    }

    private static @Nullable Object read(ByteBuffer input, int depth) {
        if (depth == 0) {
            throw new IllegalArgumentException("a value is nested more than " + MAX_DEPTH + " deep");
        }
        int tag = input.get();
        return switch (tag) {
            case UNDEFINED -> null;
            case NULL -> JsonNull.NULL;
            case FALSE -> false;
            case TRUE -> true;
            case INTEGER -> input.getLong();
            case BIG_INTEGER -> new BigInteger(bytes(input, input.getInt()));
            case FLOAT -> input.getDouble();
            case TEXT -> Text.ofBytes(bytes(input, input.getInt()));
            case BITS -> {
                int length = input.getInt();
                yield new Bits(bytes(input, (int) ((length + 7L) / 8)), length);
            }
            case LIST -> list(input, depth);
            case MAP -> map(input, depth);
            default -> throw new IllegalArgumentException("no value has this tag: tag=" + tag);
        };
    }

    private static List<@Nullable Object> list(ByteBuffer input, int depth) {
        int size = size(input, input.getInt());
        List<@Nullable Object> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(read(input, depth - 1));
        }
        return Collections.unmodifiableList(list);
    }

    private static Map<String, @Nullable Object> map(ByteBuffer input, int depth) {
        int size = size(input, input.getInt());
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            String key = new String(bytes(input, input.getInt()), StandardCharsets.UTF_8);
            map.put(key, read(input, depth - 1));
        }
        return Collections.unmodifiableMap(map);
    }

    private static byte[] bytes(ByteBuffer input, int length) {
        byte[] bytes = new byte[size(input, length)];
        input.get(bytes);
        return bytes;
    }

    /** Bounds a size by the remaining bytes, so that a damaged record allocates no memory. */
    private static int size(ByteBuffer input, int size) {
        if (size < 0 || size > input.remaining()) {
            throw new IllegalArgumentException("record ends within its value: wanted=" + size);
        }
        return size;
    }
}
