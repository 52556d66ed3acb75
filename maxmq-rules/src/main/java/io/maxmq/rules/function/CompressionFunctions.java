package io.maxmq.rules.function;

import io.maxmq.rules.value.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * DEFLATE (RFC 1951): {@code gzip} as a file (RFC 1952), {@code zip_compress} with zlib's frame (RFC 1950), {@code zip} without one.
 * What is unpacked is bounded while it is.
 */
final class CompressionFunctions {
    private static final int PIECE_BYTES = 8_192;

    private CompressionFunctions() {}

    static void addTo(Library library) {
        library.add("gzip", 1, CompressionFunctions::gzip)
                .add("gunzip", 1, CompressionFunctions::gunzip)
                .add("zip", 1, call -> deflated(call, true))
                .add("unzip", 1, call -> inflated(call, true))
                .add("zip_compress", 1, call -> deflated(call, false))
                .add("zip_uncompress", 1, call -> inflated(call, false));
    }

    private static Text gzip(Call call) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(call.bytes(0));
        } catch (IOException e) {
            throw new IllegalStateException("memory is no device that fails", e);
        }
        return call.built(packed.toByteArray());
    }

    private static Text gunzip(Call call) {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(call.bytes(0)))) {
            return unpacked(call, in);
        } catch (IOException e) {
            throw call.problem("argument 1 is no gzip: " + e.getMessage());
        }
    }

    private static Text deflated(Call call, boolean raw) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, raw);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(packed, deflater)) {
            out.write(call.bytes(0));
        } catch (IOException e) {
            throw new IllegalStateException("memory is no device that fails", e);
        } finally {
            deflater.end();
        }
        return call.built(packed.toByteArray());
    }

    private static Text inflated(Call call, boolean raw) {
        Inflater inflater = new Inflater(raw);
        try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(call.bytes(0)), inflater)) {
            return unpacked(call, in);
        } catch (IOException e) {
            throw call.problem("argument 1 is not compressed in this form: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private static Text unpacked(Call call, InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE_BYTES];
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            call.checkBytes((long) out.size() + read);
            out.write(piece, 0, read);
        }
        return call.built(out.toByteArray());
    }
}
