package io.maxmq.examples.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a disk may hold after its power was cut, worked out from how the directory was before and from the journal that
 * {@code powercut.c} has written since.
 *
 * <p>The model: bytes and the size of a file are kept when an fsync or fdatasync of that file has begun after they were
 * written, and has finished. Names (made, renamed, linked, removed) are kept when an fsync of their directory has begun
 * after the change, and has finished; each directory by itself. What is not kept may be there all the same: of each
 * file's unkept changes a prefix, the last write of it torn at any byte; of each directory's unkept changes a prefix.
 * That is ext4 with {@code data=ordered}, made stricter: there, an fsync of any file also keeps all earlier changes of
 * names. A name that is kept of a file that never was synced leads to an empty file.
 *
 * <p>Not thread-safe.
 */
final class JournaledDisk {
    /** How much of what nobody was promised is there. */
    enum Unpromised {
        /** None: the harshest disk that keeps its word. */
        LOST,
        /** A prefix of each file's and of each directory's changes, torn. */
        TORN,
        /** All: as after the process was killed, and the system went on. */
        KEPT
    }

    private static final int HEADER = 32;
    private static final int OPENED = 1;
    private static final int CREATED = 2;
    private static final int WRITTEN = 3;
    private static final int RESIZED = 4;
    private static final int SYNC_BEGUN = 5;
    private static final int SYNC_DONE = 6;
    private static final int RENAMED = 7;
    private static final int UNLINKED = 8;
    private static final int LINKED = 9;
    private static final int DIRECTORY_MADE = 10;
    private static final int DIRECTORY_REMOVED = 11;
    private static final int DIRECTORY_SYNC_BEGUN = 12;
    private static final int DIRECTORY_SYNC_DONE = 13;

    private final Folder root;
    private final Map<Long, Content> byInode = new HashMap<>();

    /** By the token of a sync: after how many records it began. */
    private final Map<Long, Integer> begun = new HashMap<>();

    private int records;

    private JournaledDisk(Folder root) {
        this.root = root;
    }

    /**
     * Reads both. A record at the end of the journal that is not whole is left out: it was being written.
     *
     * @param before the directory when the journal began, all of it kept
     */
    static JournaledDisk read(Path before, Path journal) throws IOException {
        JournaledDisk disk = new JournaledDisk(folder(before));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(journal)).order(ByteOrder.nativeOrder());
        while (bytes.remaining() >= HEADER && bytes.remaining() >= bytes.getInt(bytes.position())) {
            int end = bytes.position() + bytes.getInt();
            int operation = bytes.getInt();
            long inode = bytes.getLong();
            long number = bytes.getLong();
            byte[] path = new byte[bytes.getInt()];
            byte[] data = new byte[bytes.getInt()];
            bytes.get(path).get(data);
            if (bytes.position() != end) {
                throw new IOException("not a journal: record " + disk.records);
            }
            disk.apply(operation, inode, number, new String(path, StandardCharsets.UTF_8), data);
        }
        return disk;
    }

    private static Folder folder(Path from) throws IOException {
        Folder folder = new Folder();
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.toList()) {
                Node node = Files.isDirectory(entry)
                        ? folder(entry)
                        : new Content(Files.readAllBytes(entry), permissionBits(entry));
                folder.durable.put(entry.getFileName().toString(), node);
                folder.current.put(entry.getFileName().toString(), node);
            }
        }
        return folder;
    }

    private void apply(int operation, long inode, long number, String path, byte[] data) throws IOException {
        int at = records++;
        switch (operation) {
            case OPENED -> {
                if (parent(path).current.get(name(path)) instanceof Content content) {
                    byInode.put(inode, content);
                } else {
                    throw new IOException("opened, but unknown: " + path);
                }
            }
            case CREATED -> {
                Content created = new Content(new byte[0], (int) number);
                byInode.put(inode, created);
                parent(path).change(new NameChange(at, name(path), created, null));
            }
            case WRITTEN -> file(inode).pending.add(new FileChange(at, number, data));
            case RESIZED -> file(inode).pending.add(new FileChange(at, number, null));
            case SYNC_BEGUN, DIRECTORY_SYNC_BEGUN -> begun.put(number, at);
            case SYNC_DONE -> file(inode).keep(begun.get(number));
            case DIRECTORY_SYNC_DONE -> folderAt(path).keep(begun.get(number));
            case RENAMED -> {
                String from = path.substring(0, path.indexOf('\0'));
                String to = path.substring(from.length() + 1);
                Node moved = parent(from).current.get(name(from));
                if (moved == null) {
                    throw new IOException("renamed, but unknown: " + from);
                }
                boolean isWithin = parent(to) == parent(from); // then it is one change
                parent(to).change(new NameChange(at, name(to), moved, isWithin ? name(from) : null));
                if (!isWithin) {
                    parent(from).change(new NameChange(at, name(from), null, null));
                }
            }
            case LINKED -> {
                String from = path.substring(0, path.indexOf('\0'));
                String to = path.substring(from.length() + 1);
                Node linked = parent(from).current.get(name(from));
                parent(to).change(new NameChange(at, name(to), linked, null));
            }
            case DIRECTORY_MADE -> {
                if (!path.isEmpty()) {
                    parent(path).change(new NameChange(at, name(path), new Folder(), null));
                }
            }
            case UNLINKED, DIRECTORY_REMOVED -> parent(path).change(new NameChange(at, name(path), null, null));
            default -> throw new IOException("not a journal: operation " + operation);
        }
    }

    private Content file(long inode) throws IOException {
        Content content = byInode.get(inode);
        if (content == null) {
            throw new IOException("written, but never opened: inode " + inode);
        }
        return content;
    }

    private Folder folderAt(String path) throws IOException {
        Folder folder = root;
        for (String part : path.isEmpty() ? new String[0] : path.split("/")) {
            if (!(folder.current.get(part) instanceof Folder next)) {
                throw new IOException("no such directory: " + path);
            }
            folder = next;
        }
        return folder;
    }

    private Folder parent(String path) throws IOException {
        return folderAt(path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "");
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Writes the image into a directory that is made for it. */
    void writeTo(Path target, Unpromised unpromised, Random random) throws IOException {
        write(root, target, unpromised, random);
    }

    private static void write(Folder folder, Path to, Unpromised unpromised, Random random) throws IOException {
        Files.createDirectory(to);
        restrict(to, 0700);
        for (Map.Entry<String, Node> entry : folder.image(unpromised, random).entrySet()) {
            Path path = to.resolve(entry.getKey());
            if (entry.getValue() instanceof Folder inner) {
                write(inner, path, unpromised, random);
            } else if (entry.getValue() instanceof Content content) {
                Files.write(path, content.image(unpromised, random));
                restrict(path, content.permissions);
            }
        }
    }

    /**
     * Paths, relative to {@code actual}, of what is not there as the whole journal says. Empty, but for what one
     * operation changes when the process was killed between it and its record.
     */
    List<String> differencesFrom(Path actual) throws IOException {
        List<String> differences = new ArrayList<>();
        compare(root, actual, "", differences);
        return differences;
    }

    private static void compare(Folder folder, Path actual, String prefix, List<String> differences)
            throws IOException {
        Map<String, Path> there = new TreeMap<>();
        try (Stream<Path> entries = Files.list(actual)) {
            entries.forEach(entry -> there.put(entry.getFileName().toString(), entry));
        }
        for (Map.Entry<String, Node> entry : folder.current.entrySet()) {
            String path = prefix + entry.getKey();
            Path found = there.remove(entry.getKey());
            if (found == null) {
                differences.add(path + " is not there");
            } else if (entry.getValue() instanceof Folder inner) {
                compare(inner, found, path + "/", differences);
            } else if (entry.getValue() instanceof Content content) {
                int at = Arrays.mismatch(content.image(Unpromised.KEPT, new Random(0)), Files.readAllBytes(found));
                if (at >= 0) {
                    differences.add(path + " differs at " + at);
                }
            }
        }
        there.keySet().forEach(unknown -> differences.add(prefix + unknown + " is unknown"));
    }

    private static int permissionBits(Path file) throws IOException {
        int bits = 0;
        for (PosixFilePermission each : Files.getPosixFilePermissions(file)) {
            bits |= 0400 >> each.ordinal();
        }
        return bits;
    }

    private static void restrict(Path file, int bits) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission each : PosixFilePermission.values()) {
            if ((bits & 0400 >> each.ordinal()) != 0) {
                permissions.add(each);
            }
        }
        Files.setPosixFilePermissions(file, permissions);
    }

    private sealed interface Node permits Folder, Content {}

    /**
     * @param node null when the name goes
     * @param before what it was called in the same directory, null when it was not there
     */
    private record NameChange(int at, String name, Node node, String before) {}

    private static final class Folder implements Node {
        final Map<String, Node> durable = new TreeMap<>();
        final Map<String, Node> current = new TreeMap<>();
        private final List<NameChange> pending = new ArrayList<>();

        void change(NameChange change) {
            pending.add(change);
            make(current, change);
        }

        void keep(int before) {
            while (!pending.isEmpty() && pending.get(0).at() < before) {
                make(durable, pending.remove(0));
            }
        }

        Map<String, Node> image(Unpromised unpromised, Random random) {
            Map<String, Node> image = new TreeMap<>(durable);
            pending.subList(0, kept(pending.size(), unpromised, random)).forEach(change -> make(image, change));
            return image;
        }

        private static void make(Map<String, Node> names, NameChange change) {
            if (change.before() != null) {
                names.remove(change.before());
            }
            if (change.node() == null) {
                names.remove(change.name());
            } else {
                names.put(change.name(), change.node());
            }
        }
    }

    /** @param data null when the size becomes {@code number}, else written at offset {@code number} */
    private record FileChange(int at, long number, byte[] data) {}

    private static final class Content implements Node {
        final int permissions;
        final List<FileChange> pending = new ArrayList<>();
        private final Bytes durable;

        Content(byte[] bytes, int permissions) {
            this.durable = new Bytes(bytes, bytes.length);
            this.permissions = permissions;
        }

        void keep(int before) {
            int count = 0;
            while (count < pending.size() && pending.get(count).at() < before) {
                durable.make(pending.get(count++), Integer.MAX_VALUE);
            }
            pending.subList(0, count).clear();
        }

        byte[] image(Unpromised unpromised, Random random) {
            Bytes image = durable.copy();
            int kept = kept(pending.size(), unpromised, random);
            pending.subList(0, kept).forEach(change -> image.make(change, Integer.MAX_VALUE));
            if (kept < pending.size()
                    && unpromised == Unpromised.TORN
                    && pending.get(kept).data() != null) {
                image.make(pending.get(kept), random.nextInt(pending.get(kept).data().length));
            }
            return image.toArray();
        }
    }

    private static int kept(int size, Unpromised unpromised, Random random) {
        return switch (unpromised) {
            case LOST -> 0;
            case TORN -> random.nextInt(size + 1);
            case KEPT -> size;
        };
    }

    /** Bytes that grow. */
    private static final class Bytes {
        private byte[] bytes;
        private int size;

        Bytes(byte[] bytes, int size) {
            this.bytes = bytes;
            this.size = size;
        }

        /** @param most of the written bytes, in bytes */
        void make(FileChange change, int most) {
            byte[] data = change.data();
            int offset = Math.toIntExact(change.number());
            int length = data == null ? 0 : Math.min(most, data.length);
            int newSize = data == null ? offset : length == 0 ? size : Math.max(size, offset + length);
            if (newSize > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(newSize, 2 * bytes.length));
            }
            if (newSize < size) {
                Arrays.fill(bytes, newSize, size, (byte) 0);
            }
            size = newSize;
            if (data != null) {
                System.arraycopy(data, 0, bytes, offset, length);
            }
        }

        Bytes copy() {
            return new Bytes(bytes.clone(), size);
        }

        byte[] toArray() {
            return Arrays.copyOf(bytes, size);
        }
    }
}
