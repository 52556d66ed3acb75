package io.maxmq.examples.classpath;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;

/**
 * Starts a broker on whatever class path it is run on, and has the clients named by the arguments ({@code hivemq}, {@code
 * paho3}, {@code paho5}) send themselves a message. A broker that does not start says why on stdout.
 */
public final class ClientRoundtrips {
    private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'x'};
    private static final byte[] CONNACK = {0x20, 2, 0, 0};

    private ClientRoundtrips() {}

    public static void main(String[] clients) throws Exception {
        try (MaxMQ broker = MaxMQ.builder()
                .name("beside")
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .start()) {
            int port = broker.listeners().tcp().port();
            connectByHand(port);
            for (String client : clients) {
                System.out.println(client + ": " + roundTrip(client, port));
            }
        } catch (IllegalStateException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }

    private static void connectByHand(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(CONNECT);
            boolean accepted = Arrays.equals(socket.getInputStream().readNBytes(CONNACK.length), CONNACK);
            System.out.println(accepted ? "accepts connections" : "accepts no connection");
        }
    }

    private static String roundTrip(String client, int port) throws Exception {
        // Each in a class of its own: the other libraries are not there.
        return switch (client) {
            case "hivemq" -> HiveMqClient.roundTrip(port);
            case "paho3" -> PahoV3Client.roundTrip(port);
            case "paho5" -> PahoV5Client.roundTrip(port);
            default -> throw new IllegalArgumentException("no such client: client=" + client);
        };
    }
}
