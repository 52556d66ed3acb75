/** A service that talks MQTT. */
@org.jspecify.annotations.NullMarked
module io.maxmq.examples.thermostat {
    requires static org.jspecify;
    requires org.eclipse.paho.mqttv5.client;
}
