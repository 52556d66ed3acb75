package io.maxmq;

import io.maxmq.core.transport.WebSocketBytes;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The client's end of a WebSocket as a socket: what is written goes out in one masked binary frame, what is read is what binary
 * frames carry. Not thread-safe.
 */
public final class TestWebSocket extends Socket {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out = new Frames();
    private final List<String> pongs = new ArrayList<>();
    private String head = "";
    private int left;
    private int closeCode = -1;

    private TestWebSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** Opens one; fails with the answer when that is another. */
    public static TestWebSocket open(Socket socket, String path, String... fields) throws IOException {
        TestWebSocket opened = new TestWebSocket(socket);
        String answer = opened.request("GET " + path + " HTTP/1.1", fields);
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new IOException(answer);
        }
        opened.head = answer;
        return opened;
    }

    /** The head of the answer that has opened it. */
    public String head() {
        return head;
    }

    /** The head of the answer to a request for a WebSocket. */
    public static String answer(Socket socket, String request, String... fields) throws IOException {
        return new TestWebSocket(socket).request(request, fields);
    }

    private String request(String request, String... fields) throws IOException {
        byte[] key = new byte[16];
        ThreadLocalRandom.current().nextBytes(key);
        StringBuilder head = new StringBuilder(request).append("\r\n");
        List<String> all = new ArrayList<>(List.of(
                "Host: localhost:8083",
                "Upgrade: websocket",
                "Connection: keep-alive, Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Protocol: other, mqtt",
                "Sec-WebSocket-Key: " + Base64.getEncoder().encodeToString(key)));
        for (String each : fields) {
            String name = each.substring(0, each.indexOf(':') + 1);
            all.removeIf(present -> present.startsWith(name));
            if (each.length() > name.length()) {
                all.add(each);
            }
        }
        all.forEach(each -> head.append(each).append("\r\n"));
        sendRaw(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("closed after: " + answer);
            }
            answer.append((char) next);
        }
        return answer.toString();
    }

    /** Bytes as they are, frames of the test's own. */
    public void sendRaw(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** What pings were answered with so far. */
    public List<String> pongs() {
        return pongs;
    }

    /** Reads on to the end: the code of the close frame, -1 when none came. */
    public int awaitClose() throws IOException {
        byte[] rest = new byte[1024];
        while (read(rest, 0, rest.length) >= 0) {
            // Data that comes before it.
        }
        return closeCode;
    }

    private int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (left == 0) {
            int first;
            try {
                first = in.read();
            } catch (SocketException e) {
                return -1; // a reset
            }
            if (first < 0) {
                return -1;
            }
            int second = in.readUnsignedByte();
            int size = second == 126 ? in.readUnsignedShort() : second == 127 ? (int) in.readLong() : second;
            if (first == 0x82) {
                left = size;
            } else if (first == 0x8A) {
                pongs.add(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
            } else if (first == 0x88) {
                closeCode = in.readUnsignedShort();
            } else {
                throw new IOException("a frame that begins with " + first);
            }
        }
        int read = in.read(to, offset, Math.min(left, length));
        left -= Math.max(read, 0);
        return read;
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                return TestWebSocket.this.read(to, offset, length);
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    private final class Frames extends ByteArrayOutputStream {
        @Override
        public void flush() throws IOException {
            byte[] payload = toByteArray();
            reset();
            if (payload.length > 0) {
                sendRaw(WebSocketBytes.frame(
                        true, 2, payload, ThreadLocalRandom.current().nextInt()));
            }
        }
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        socket.setTcpNoDelay(on);
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        socket.setSoTimeout(millis);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
