package io.maxmq.examples.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Changes files as its arguments say: the directory, then steps such as {@code write:a:hello} (appends), {@code put:a:3:xy}
 * (writes at an offset), {@code cut:a:2} (truncates), {@code sync:a}, {@code move:a:b}, {@code delete:a}, {@code mkdir:a},
 * {@code link:a:b}; {@code sync:.} is an fsync of the directory. Then it is killed by its own hand: nothing is closed in
 * order.
 */
final class DiskUser {
    private DiskUser() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        for (int i = 1; i < arguments.length; i++) {
            String[] step = arguments[i].split(":");
            Path file = directory.resolve(step[1]);
            switch (step[0]) {
                case "write" -> write(file, -1, step[2]);
                case "put" -> write(file, Integer.parseInt(step[2]), step[3]);
                case "cut" -> {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.truncate(Integer.parseInt(step[2]));
                    }
                }
                case "sync" -> {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                }
                case "move" -> Files.move(file, directory.resolve(step[2]), StandardCopyOption.ATOMIC_MOVE);
                case "link" -> Files.createLink(directory.resolve(step[2]), file);
                case "delete" -> Files.delete(file);
                case "mkdir" -> Files.createDirectory(file);
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static void write(Path file, int offset, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), offset < 0 ? channel.size() : offset);
        }
    }
}
