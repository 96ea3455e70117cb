package org.medtune.dataset;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Decompresses the pages of Parquet files in plain Java, so that no native library is part of the application. */
final class ParquetDecompression implements CompressionCodecFactory {

    /** A page is some MiB by all writers' defaults; a damaged file may claim anything. */
    private static final int LARGEST_PAGE = 256 << 20;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("nothing is written");
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return switch (codec) {
            case UNCOMPRESSED -> new PageDecompressor((in, size) -> in);
            case SNAPPY -> of(new SnappyDecompressor());
            case ZSTD -> of(new ZstdDecompressor());
            case LZ4_RAW -> of(new Lz4Decompressor());
            case GZIP -> new PageDecompressor(ParquetDecompression::gunzip);
            case LZO, BROTLI, LZ4 -> throw new UnsupportedOperationException("the compression " + codec);
        };
    }

    @Override
    public void release() {
        // holds nothing
    }

    private static BytesInputDecompressor of(Decompressor decompressor) {
        return new PageDecompressor((in, size) -> {
            byte[] out = new byte[size];
            int written = decompressor.decompress(in, 0, in.length, out, 0, size);
            return written == size ? out : new byte[written];
        });
    }

    private static byte[] gunzip(byte[] in, int size) throws IOException {
        try (InputStream out = new GZIPInputStream(new ByteArrayInputStream(in))) {
            // one more than there should be, so that more is noticed
            return out.readNBytes(size + 1);
        }
    }

    private interface Algorithm {
        byte[] decompress(byte[] in, int size) throws IOException;
    }

    private record PageDecompressor(Algorithm algorithm) implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
            return BytesInput.from(whole(bytes.toByteArray(), decompressedSize));
        }

        @Override
        public void decompress(ByteBuffer in, int compressedSize, ByteBuffer out, int decompressedSize)
                throws IOException {
            byte[] bytes = new byte[compressedSize];
            in.get(bytes);
            out.put(whole(bytes, decompressedSize));
        }

        private byte[] whole(byte[] in, int size) throws IOException {
            if (size < 0 || size > LARGEST_PAGE) {
                throw new IOException("a page claims to have " + size + " bytes");
            }
            byte[] out = algorithm.decompress(in, size);
            if (out.length != size) {
                throw new IOException("a page has " + out.length + " bytes instead of " + size);
            }
            return out;
        }

        @Override
        public void release() {
            // holds nothing
        }
    }
}
