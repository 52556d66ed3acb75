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
        KEPT;

        /** How many changes of that many there are. */
        int kept(int size, Random random) {
            return switch (this) {
                case LOST -> 0;
                case TORN -> random.nextInt(size + 1);
                case KEPT -> size;
            };
        }
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

    private final DiskFolder root;
    private final Map<Long, DiskFile> byInode = new HashMap<>();

    /** By the token of a sync: after how many records it began. */
    private final Map<Long, Integer> begun = new HashMap<>();

    private int records;

    private JournaledDisk(DiskFolder root) {
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

    private static DiskFolder folder(Path from) throws IOException {
        DiskFolder folder = new DiskFolder();
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.toList()) {
                DiskNode node = Files.isDirectory(entry)
                        ? folder(entry)
                        : new DiskFile(Files.readAllBytes(entry), permissionBits(entry));
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
                if (parent(path).current.get(name(path)) instanceof DiskFile content) {
                    byInode.put(inode, content);
                } else {
                    throw new IOException("opened, but unknown: " + path);
                }
            }
            case CREATED -> {
                DiskFile created = new DiskFile(new byte[0], (int) number);
                byInode.put(inode, created);
                parent(path).change(new DiskFolder.Change(at, name(path), created, null));
            }
            case WRITTEN -> file(inode).change(new DiskFile.Change(at, number, data));
            case RESIZED -> file(inode).change(new DiskFile.Change(at, number, null));
            case SYNC_BEGUN, DIRECTORY_SYNC_BEGUN -> begun.put(number, at);
            case SYNC_DONE -> file(inode).keep(begun.get(number));
            case DIRECTORY_SYNC_DONE -> folderAt(path).keep(begun.get(number));
            case RENAMED -> {
                String from = path.substring(0, path.indexOf('\0'));
                String to = path.substring(from.length() + 1);
                DiskNode moved = parent(from).current.get(name(from));
                if (moved == null) {
                    throw new IOException("renamed, but unknown: " + from);
                }
                boolean isWithin = parent(to) == parent(from); // then it is one change
                parent(to).change(new DiskFolder.Change(at, name(to), moved, isWithin ? name(from) : null));
                if (!isWithin) {
                    parent(from).change(new DiskFolder.Change(at, name(from), null, null));
                }
            }
            case LINKED -> {
                String from = path.substring(0, path.indexOf('\0'));
                String to = path.substring(from.length() + 1);
                DiskNode linked = parent(from).current.get(name(from));
                parent(to).change(new DiskFolder.Change(at, name(to), linked, null));
            }
            case DIRECTORY_MADE -> {
                if (!path.isEmpty()) {
                    parent(path).change(new DiskFolder.Change(at, name(path), new DiskFolder(), null));
                }
            }
            case UNLINKED, DIRECTORY_REMOVED -> parent(path).change(new DiskFolder.Change(at, name(path), null, null));
            default -> throw new IOException("not a journal: operation " + operation);
        }
    }

    private DiskFile file(long inode) throws IOException {
        DiskFile content = byInode.get(inode);
        if (content == null) {
            throw new IOException("written, but never opened: inode " + inode);
        }
        return content;
    }

    private DiskFolder folderAt(String path) throws IOException {
        DiskFolder folder = root;
        for (String part : path.isEmpty() ? new String[0] : path.split("/")) {
            if (!(folder.current.get(part) instanceof DiskFolder next)) {
                throw new IOException("no such directory: " + path);
            }
            folder = next;
        }
        return folder;
    }

    private DiskFolder parent(String path) throws IOException {
        return folderAt(path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "");
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Writes the image into a directory that is made for it. */
    void writeTo(Path target, Unpromised unpromised, Random random) throws IOException {
        write(root, target, unpromised, random);
    }

    private static void write(DiskFolder folder, Path to, Unpromised unpromised, Random random) throws IOException {
        Files.createDirectory(to);
        restrict(to, 0700);
        for (Map.Entry<String, DiskNode> entry :
                folder.image(unpromised, random).entrySet()) {
            Path path = to.resolve(entry.getKey());
            if (entry.getValue() instanceof DiskFolder inner) {
                write(inner, path, unpromised, random);
            } else if (entry.getValue() instanceof DiskFile content) {
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

    private static void compare(DiskFolder folder, Path actual, String prefix, List<String> differences)
            throws IOException {
        Map<String, Path> there = new TreeMap<>();
        try (Stream<Path> entries = Files.list(actual)) {
            entries.forEach(entry -> there.put(entry.getFileName().toString(), entry));
        }
        for (Map.Entry<String, DiskNode> entry : folder.current.entrySet()) {
            String path = prefix + entry.getKey();
            Path found = there.remove(entry.getKey());
            if (found == null) {
                differences.add(path + " is not there");
            } else if (entry.getValue() instanceof DiskFolder inner) {
                compare(inner, found, path + "/", differences);
            } else if (entry.getValue() instanceof DiskFile content) {
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
}
