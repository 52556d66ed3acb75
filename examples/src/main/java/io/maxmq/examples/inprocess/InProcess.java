package io.maxmq.examples.inprocess;

import io.maxmq.MaxMQ;
import io.maxmq.SubscribeOptions;
import io.maxmq.Subscription;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The program that has the broker is a client too, without a socket: it publishes, works through orders that are not lost while
 * the worker is away, and reads a stream at its own pace. Prints what happens, and ends.
 */
public final class InProcess {
    /**
     * The broker keeps unacknowledged messages of the worker under this name until it subscribes again or the broker
     * ends.
     */
    private static final SubscribeOptions WORKER = SubscribeOptions.defaults().durable("worker");

    private InProcess() {}

    public static void main(String[] args) throws Exception {
        // No listener: no client can connect. The broker still requires a decision about clients.
        try (MaxMQ broker = MaxMQ.builder().allowAnonymous().start()) {
            work(broker);
            stream(broker);
        }
    }

    private static void work(MaxMQ broker) throws Exception {
        CountDownLatch first = new CountDownLatch(2);
        try (Subscription worker = broker.subscribe("orders/#", WORKER, (order, acknowledgement) -> {
            boolean done = order.payloadText().equals("tea");
            System.out.println("worker: " + order.payloadText() + (done ? ", done" : ", not done"));
            if (done) {
                acknowledgement.acknowledge();
            }
            first.countDown();
        })) {
            await(worker.active());
            order(broker, "tea");
            order(broker, "cake");
            await(first);
        }

        order(broker, "milk");

        CountDownLatch rest = new CountDownLatch(2);
        try (Subscription worker = broker.subscribe("orders/#", WORKER, (order, acknowledgement) -> {
            System.out.println("next worker: " + order.payloadText() + ", done");
            acknowledgement.acknowledge();
            rest.countDown();
        })) {
            await(worker.active());
            await(rest);
        }
        await(broker.removeDurable("worker"));
    }

    private static void order(MaxMQ broker, String what) throws Exception {
        Message order = Message.builder("orders/new")
                .payload(what)
                .qos(QoS.AT_LEAST_ONCE)
                .build();
        int queued = await(broker.publish(order)).queued();
        System.out.println("ordered " + what + ", kept for " + queued);
    }

    private static void stream(MaxMQ broker) throws Exception {
        for (int i = 1; i <= 3; i++) {
            Message reading = Message.builder("readings/" + i)
                    .payload("" + i * 10)
                    .retain(true)
                    .build();
            await(broker.publish(reading));
        }
        Readings readings = new Readings(3);
        broker.publisher("readings/+").subscribe(readings);
        System.out.println("sum of the readings: " + readings.sum().get(10, TimeUnit.SECONDS));
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("not all orders came within 10 s");
        }
    }
}
