package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/**
 * The rows of a Parquet file. Of its columns only those of the fields are read, and of these one row group at a time is
 * in memory, compressed, with a page of each column beside it.
 */
final class ParquetRows implements RowSource {

    /** A quarter of the heap that the server has unless it is told otherwise. */
    static final long LARGEST_ROW_GROUP = 512L << 20;

    private final Path file;
    private final ParquetFileReader reader;
    private final MessageType projection;
    private final MessageColumnIO assembly;
    private final ExampleExtractor extractor;
    private RecordReader<Group> records;
    private long recordsLeft;

    private ParquetRows(Path file, ParquetFileReader reader, MessageType projection, ExampleExtractor extractor) {
        this.file = file;
        this.reader = reader;
        this.projection = projection;
        this.extractor = extractor;
        MessageType schema = reader.getFileMetaData().getSchema();
        this.assembly = new ColumnIOFactory(reader.getFileMetaData().getCreatedBy()).getColumnIO(projection, schema);
        reader.setRequestedSchema(projection);
    }

    /**
     * Opens a file and reads its footer.
     *
     * @throws org.medtune.InvalidInputException if it is damaged, lacks one of the columns, or has a row group that
     *     does not fit in memory
     */
    static ParquetRows open(Path file, FieldNames fields, ExampleExtractor extractor) {
        ParquetFileReader reader = reader(file);
        try {
            MessageType schema = reader.getFileMetaData().getSchema();
            for (String field : fields.all()) {
                if (!schema.containsField(field)) {
                    throw MESSAGES.datasetLacksColumn(file, field, String.join(", ", columns(schema)));
                }
            }
            List<Type> wanted = schema.getFields().stream()
                    .filter(field -> fields.all().contains(field.getName())).toList();
            MessageType projection = new MessageType(schema.getName(), wanted);
            checkRowGroups(file, reader.getRowGroups(), projection);
            return new ParquetRows(file, reader, projection, extractor);
        } catch (RuntimeException e) {
            close(file, reader);
            throw e;
        }
    }

    /** The names of the columns, nested ones by their outermost name. */
    static List<String> columns(Path file) {
        ParquetFileReader reader = reader(file);
        try {
            return columns(reader.getFileMetaData().getSchema());
        } finally {
            close(file, reader);
        }
    }

    private static List<String> columns(MessageType schema) {
        return schema.getFields().stream().map(Type::getName).toList();
    }

    private static ParquetFileReader reader(Path file) {
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new ParquetDecompression()).build();
        try {
            return ParquetFileReader.open(new LocalInputFile(file), options);
        } catch (IOException | RuntimeException e) {
            throw MESSAGES.parquetUnreadable(file, reason(e), e);
        }
    }

    private static void checkRowGroups(Path file, List<BlockMetaData> groups, MessageType projection) {
        Set<String> wanted = new HashSet<>(columns(projection));
        for (BlockMetaData group : groups) {
            long bytes = group.getColumns().stream()
                    .filter(column -> wanted.contains(column.getPath().toArray()[0]))
                    .mapToLong(ColumnChunkMetaData::getTotalSize).sum();
            if (bytes > LARGEST_ROW_GROUP) {
                throw MESSAGES.parquetRowGroupTooLarge(file, bytes >> 20, LARGEST_ROW_GROUP >> 20);
            }
        }
    }

    @Override
    public Optional<DatasetRow> next(long number) {
        try {
            while (recordsLeft == 0) {
                PageReadStore pages = reader.readNextRowGroup();
                if (pages == null) {
                    return Optional.empty();
                }
                records = assembly.getRecordReader(pages, new GroupRecordConverter(projection));
                recordsLeft = pages.getRowCount();
            }
            recordsLeft--;
            return Optional.of(extractor.extract(number, object(records.read())));
        } catch (IOException | RuntimeException e) {
            // the library throws of all kinds where bytes make no sense
            throw MESSAGES.parquetUnreadable(file, reason(e), e);
        }
    }

    private ObjectNode object(Group row) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (Type field : projection.getFields()) {
            if (row.getFieldRepetitionCount(field.getName()) > 0) {
                object.set(field.getName(), value(row, field));
            }
        }
        return object;
    }

    /** A string as it is; what is no string only so far that a sentence can tell what it is instead. */
    private static JsonNode value(Group row, Type field) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (field.isRepetition(Type.Repetition.REPEATED)) {
            return nodes.arrayNode();
        }
        if (!field.isPrimitive()) {
            return nodes.objectNode();
        }
        PrimitiveType.PrimitiveTypeName type = field.asPrimitiveType().getPrimitiveTypeName();
        return switch (type) {
            case BINARY -> text(row.getBinary(field.getName(), 0).getBytes());
            case BOOLEAN -> nodes.booleanNode(row.getBoolean(field.getName(), 0));
            case INT32, INT64, FLOAT, DOUBLE -> nodes.numberNode(0);
            case INT96, FIXED_LEN_BYTE_ARRAY -> nodes.binaryNode(new byte[0]);
        };
    }

    /** Older writers do not say which bytes are text; whatever is UTF-8 is taken for it. */
    private static JsonNode text(byte[] bytes) {
        try {
            return JsonNodeFactory.instance.textNode(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return JsonNodeFactory.instance.binaryNode(bytes);
        }
    }

    private static String reason(Exception e) {
        List<String> reasons = new ArrayList<>();
        for (Throwable cause = e; cause != null && reasons.size() < 3; cause = cause.getCause()) {
            if (cause.getMessage() != null && (reasons.isEmpty() || !reasons.get(0).contains(cause.getMessage()))) {
                reasons.add(cause.getMessage());
            }
        }
        return reasons.isEmpty() ? e.getClass().getSimpleName() : String.join("; ", reasons);
    }

    @Override
    public void close() {
        close(file, reader);
    }

    private static void close(Path file, ParquetFileReader reader) {
        try {
            reader.close();
        } catch (IOException e) {
            MESSAGES.closingFailed(file, e);
        }
    }
}
