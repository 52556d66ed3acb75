package io.maxmq.examples.rules;

import io.maxmq.MaxMQ;
import io.maxmq.Subscription;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.config.Listener;
import io.maxmq.rules.InlineAction;
import io.maxmq.rules.RuleEngine;
import io.maxmq.rules.action.RepublishSink;
import io.maxmq.spi.Message;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A broker that looks at what sensors publish as JSON, until Enter is pressed. */
public final class RulesBroker {
    private RulesBroker() {}

    public static void main(String[] args) throws Exception {
        RuleEngine rules = RuleEngine.create();
        rules.function("fahrenheit", double.class, celsius -> celsius * 1.8 + 32);
        rules.rule("hot")
                .sql("SELECT clientid, payload.t AS celsius, fahrenheit(payload.t) AS fahrenheit "
                        + "FROM \"sensors/+\" WHERE payload.t > 40")
                .to(RepublishSink.to("alarms/${clientid}").qos(QoS.AT_LEAST_ONCE))
                .start();
        rules.rule("low-battery")
                .from("sensors/+")
                .where(event -> event.number("battery") < 10)
                .map(event -> Map.of("sensor", event.topicLevel(2), "percent", event.number("battery")))
                .to(RepublishSink.to("service/batteries"))
                .start();
        rules.rule("json-only")
                .from("sensors/+")
                .where(event -> event.value("t") instanceof Number)
                .inline(InlineAction.require(ReasonCode.PAYLOAD_FORMAT_INVALID))
                .start();
        try (MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .extension(rules)
                .start()) {
            System.out.println("sensors publish {\"t\": 21.5, \"battery\": 80} to sensors/NAME on port "
                    + broker.listeners().tcp().port());
            showTheAlarmOf(broker, "{\"t\": 41, \"battery\": 80}");
            System.in.read(); // until Enter is pressed
        }
    }

    private static void showTheAlarmOf(MaxMQ broker, String reading) throws InterruptedException {
        BlockingQueue<String> alarms = new LinkedBlockingQueue<>();
        try (Subscription subscription = broker.subscribe("alarms/#", alarm -> alarms.add(alarm.payloadText()))) {
            subscription.active().thenRun(() -> broker.publish(Message.of("sensors/roof", reading)));
            System.out.println("the reading " + reading + " raised the alarm " + alarms.take());
        }
    }
}
