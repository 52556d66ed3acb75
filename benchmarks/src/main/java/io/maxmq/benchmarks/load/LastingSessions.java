package io.maxmq.benchmarks.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Sessions that outlive their connections: each with one filter of its own and a client id of 20 characters. */
public final class LastingSessions {
    /** Few, since Artemis closes connections when many subscribe at the same time. */
    private static final int AT_ONCE = 10;

    private LastingSessions() {}

    static String clientId(int number) {
        return "bench-session-%06d".formatted(number);
    }

    static String topic(int number) {
        return "bench/s/" + number;
    }

    /** Creates sessions number {@code from} (inclusive) to {@code to} (exclusive); their clients go offline again. */
    public static void create(TargetAddress endpoint, int from, int to, int qos) throws IOException {
        for (int first = from; first < to; first += AT_ONCE) {
            List<Member> members = new ArrayList<>();
            try (LoadLoop loop = new LoadLoop(endpoint)) {
                for (int i = first; i < Math.min(to, first + AT_ONCE); i++) {
                    members.add(new Member(loop, i));
                }
                loop.openAll(members);
                loop.subscribeAll(members, member -> topic(member.number), qos);
            }
        }
    }

    private static final class Member extends ClientConnection {
        final int number;

        Member(LoadLoop loop, int number) {
            super(loop, clientId(number), true);
            this.number = number;
        }
    }
}
