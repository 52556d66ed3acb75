package io.maxmq.core.routing;

import io.maxmq.codec.wire.PublishView;
import io.maxmq.core.limit.ReservedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TopicTableTest {
    private final TopicTable table = new TopicTable(2, 100, 8);

    @Test
    void findsATopicByBytesInBuffersOfEitherByteOrder() {
        for (String name :
                new String[] {"a", "a/b", "12345678", "123456789", "sensors/berlin/42/temperature", "ü/€/𝄞"}) {
            byte[] utf8 = name.getBytes(UTF_8);
            Topic topic = table.intern(0, utf8, hash(utf8));
            ByteBuffer buffer = ByteBuffer.allocateDirect(100).put(5, utf8);

            assertThat(topic.name()).isEqualTo(name);
            assertThat(table.find(0, buffer, 5, utf8.length, hash(utf8))).isSameAs(topic);
            assertThat(table.find(0, buffer.order(ByteOrder.LITTLE_ENDIAN), 5, utf8.length, hash(utf8)))
                    .isSameAs(topic);
            assertThat(table.find(1, buffer, 5, utf8.length, hash(utf8))).isSameAs(topic);
            assertThat(table.find(1, name)).isSameAs(topic);
        }
    }

    @Test
    void distinguishesTopicsWithEqualHashes() {
        Topic a = table.intern(0, "topic/number/1".getBytes(UTF_8), 7);
        Topic b = table.intern(0, "topic/number/2".getBytes(UTF_8), 7);

        assertThat(a).isNotEqualTo(b);
        ByteBuffer buffer = ByteBuffer.wrap("topic/number/1topic/number/2topic/number/3".getBytes(UTF_8));
        assertThat(table.find(0, buffer, 0, 14, 7)).isSameAs(a);
        assertThat(table.find(0, buffer, 14, 14, 7)).isSameAs(b);
        assertThat(table.find(0, buffer, 28, 14, 7)).isNull();
    }

    @Test
    void returnsTheSameTopicToAllLoops() {
        assertThat(intern(0, "a")).isSameAs(intern(1, "a"));
    }

    @Test
    void endsAGenerationWhenCacheMemoryIsUsedUp() {
        ReservedMemory memory = new ReservedMemory(100_000);
        TopicTable small = new TopicTable(1, 100_000, 8, memory);

        for (int i = 0; i < 10_000; i++) {
            small.intern(0, "topic/" + i);
        }

        assertThat(small.size()).isBetween(100, 400);
        assertThat(memory.usedBytes()).isBetween(20_000L, 60_000L);
        assertThat(small.find(0, "topic/9999")).isNotNull();
    }

    @Test
    void keepsAFewTopicsWithoutCacheMemory() {
        TopicTable small = new TopicTable(1, 100_000, 8, new ReservedMemory(0));

        for (int i = 0; i < 1000; i++) {
            small.intern(0, "topic/" + i);
        }

        assertThat(small.size()).isBetween(64, 130);
    }

    @Test
    void keepsAtMostTwoGenerationsUnderAFlood() {
        for (int i = 0; i < 10_000; i++) {
            intern(0, "flood/" + i);
            assertThat(table.size()).isLessThanOrEqualTo(200);
        }

        assertThat(table.find(1, "flood/0")).isNull();
    }

    @Test
    void longNamesReduceTheNumberOfTopics() {
        for (int i = 0; i < 1000; i++) {
            intern(0, i + "x".repeat(25_600));
        }

        assertThat(table.size()).isLessThanOrEqualTo(4);
    }

    @Test
    void renewsATopicFoundInTheOldGeneration() {
        Topic used = intern(0, "used");
        for (int i = 0; i < 1000; i++) {
            intern(0, "flood/" + i);
            assertThat(table.find(1, "other")).isNull();
            Topic found = table.find(i % 50 == 0 ? 1 : 0, "used");
            assertThat(found).isEqualTo(used);
        }
    }

    @Test
    void refusesATopicWithTooManyLevels() {
        byte[] deep = "/".repeat(8).getBytes(UTF_8);

        assertThat(table.isTooDeep(deep)).isTrue();
        assertThat(table.isTooDeep("/".repeat(7).getBytes(UTF_8))).isFalse();
        assertThatThrownBy(() -> table.intern(0, deep, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("levels=9");
    }

    @Test
    void splitsATopicIntoLevels() {
        Topic topic = intern(0, "/a//b/");

        assertThat(topic.levels()).containsExactly("", "a", "", "b", "");
        assertThat(topic.levelCount()).isEqualTo(5);
        assertThat(topic.startsWithDollar()).isFalse();
        assertThat(intern(0, "$x").startsWithDollar()).isTrue();
    }

    private Topic intern(int loop, String name) {
        return table.intern(loop, name);
    }

    private static int hash(byte[] utf8) {
        return PublishView.topicHash(utf8);
    }
}
