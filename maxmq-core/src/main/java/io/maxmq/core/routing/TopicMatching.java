package io.maxmq.core.routing;

/** Matching of a filter with a topic (MQTT 5.0 §4.7), both as bytes. */
final class TopicMatching {
    private TopicMatching() {}

    /**
     * Returns whether the filter matches the topic; both valid, the filter without a share name. No allocation, no
     * recursion.
     */
    static boolean matches(byte[] filter, byte[] topic) {
        if ((filter[0] == '+' || filter[0] == '#') && topic[0] == '$') {
            return false; // [MQTT-4.7.2-1]
        }
        int f = 0;
        int t = 0;
        while (true) { // f and t are both at the start of a level, which may be empty
            if (f < filter.length && filter[f] == '#') {
                return true;
            }
            if (f < filter.length && filter[f] == '+') {
                f++;
                t = LevelNode.levelEnd(topic, t);
            } else {
                while (f < filter.length && filter[f] != '/' && t < topic.length && topic[t] == filter[f]) {
                    f++;
                    t++;
                }
            }
            boolean filterLevelEnds = f == filter.length || filter[f] == '/';
            boolean topicLevelEnds = t == topic.length || topic[t] == '/';
            if (!filterLevelEnds || !topicLevelEnds) {
                return false;
            }
            if (t == topic.length) {
                return f == filter.length || (f == filter.length - 2 && filter[f + 1] == '#'); // the parent level of /#
            }
            if (f == filter.length) {
                return false;
            }
            f++;
            t++;
        }
    }
}
