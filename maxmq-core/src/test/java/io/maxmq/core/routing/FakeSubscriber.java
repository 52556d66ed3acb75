package io.maxmq.core.routing;

/** A subscriber without behavior, online or offline. */
final class FakeSubscriber implements Subscriber {
    private final int loop;
    private final String name;
    volatile boolean online = true;

    FakeSubscriber(int loop, String name) {
        this.loop = loop;
        this.name = name;
    }

    @Override
    public int loopIndex() {
        return loop;
    }

    @Override
    public void deliver(RoutedMessage message, FilterSubscription subscription) {
        throw new AssertionError("no message may be delivered");
    }

    @Override
    public boolean isOnline() {
        return online;
    }

    @Override
    public String toString() {
        return name + "@" + loop;
    }
}
