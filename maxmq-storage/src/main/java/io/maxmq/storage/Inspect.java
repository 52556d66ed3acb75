package io.maxmq.storage;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.storage.inspect.Arguments;
import io.maxmq.storage.inspect.Inspection;
import io.maxmq.storage.inspect.InspectionReport;
import io.maxmq.storage.inspect.Repair;
import io.maxmq.storage.rocksdb.DamagedDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;

/**
 * Looks into a broker's directory while no broker uses it: {@code java -cp … io.maxmq.storage.Inspect DIR [options]}.
 *
 * <p>Without options: entries and bytes of each table. {@code --session ID [--tenant NAME]} shows one session, {@code --check}
 * reads everything and compares checksums, {@code --repair} makes a directory of what can still be read, in place of the old
 * one, which is kept. Ends with 0 when all is well, 1 when something is damaged, 2 when the directory or the arguments are of
 * no use.
 */
public final class Inspect {
    private static final int WELL = 0;
    private static final int DAMAGED = 1;
    private static final int UNUSABLE = 2;

    private Inspect() {}

    /** @param arguments as the class says */
    public static void main(String[] arguments) {
        int status = run(arguments, System.out, System.err);
        System.out.flush();
        System.exit(status);
    }

    /**
     * The same without ending the JVM.
     *
     * @return 0, 1 or 2 as the class says
     */
    public static int run(String[] arguments, PrintStream out, PrintStream err) {
        boolean repairs = false;
        try {
            Arguments asked = Arguments.parse(arguments);
            repairs = asked.repair();
            if (!Files.isDirectory(asked.directory())) {
                throw new IllegalArgumentException("not a directory: " + asked.directory());
            }
            if (!DamagedDirectory.isOfStore(asked.directory())) {
                throw new IllegalArgumentException("no store's directory, it has no FORMAT: " + asked.directory());
            }
            return repairs
                    ? repair(asked.directory(), new InspectionReport(out))
                    : inspect(asked, new InspectionReport(out));
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            err.println(Arguments.USAGE);
            return UNUSABLE;
        } catch (StorageException e) {
            err.println(e.getMessage());
            if (e.kind() == Kind.DAMAGED) {
                if (!repairs) {
                    err.println("--repair makes a directory of what can be read");
                }
                return DAMAGED;
            }
            return UNUSABLE;
        } catch (IOException e) {
            err.println("cannot repair: " + e);
            return UNUSABLE;
        }
    }

    private static int inspect(Arguments asked, InspectionReport report) {
        try (RocksDbStorage store = RocksDbStorage.at(asked.directory())) {
            open(store);
            Inspection inspection = new Inspection(store, report);
            if (asked.session() != null) {
                inspection.session(asked.tenant(), asked.session());
            } else if (asked.check()) {
                inspection.check();
            } else {
                inspection.tables();
            }
            return inspection.damage() == 0 ? WELL : DAMAGED;
        }
    }

    private static int repair(Path directory, InspectionReport report) throws IOException {
        new Repair(directory, report).run();
        return WELL;
    }

    private static void open(RocksDbStorage store) {
        try {
            store.open().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StorageException cause ? cause : e;
        }
    }
}
