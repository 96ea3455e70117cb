package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The items of one JSON array. Past a syntax error nothing tells where the next item begins: it ends the reading. */
final class JsonArrayRows implements RowSource {

    private final Path file;
    private final JsonMapper mapper = new JsonMapper();
    private final JsonParser parser;
    private final ExampleExtractor extractor;
    private boolean started;
    private boolean ended;

    JsonArrayRows(Path file, Utf8Reader text, ExampleExtractor extractor) {
        this.file = file;
        this.extractor = extractor;
        try {
            parser = mapper.createParser(text);
        } catch (IOException e) {
            throw MESSAGES.readingFailed(file, e.toString(), e);
        }
    }

    @Override
    public Optional<DatasetRow> next(long number) {
        if (ended) {
            return Optional.empty();
        }
        try {
            if (!started) {
                parser.nextToken();
                started = true;
            }
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw damaged(number, parser.currentLocation(), "the file ends before the closing ']'", null);
            }
            if (token == JsonToken.END_ARRAY) {
                ended = true;
                if (parser.nextToken() != null) {
                    throw damaged(number, parser.currentTokenLocation(), "there is more after the closing ']'", null);
                }
                return Optional.empty();
            }
            return Optional.of(extractor.extract(number, mapper.readTree(parser)));
        } catch (JacksonException e) {
            JsonLocation location = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
            throw damaged(number, location, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw MESSAGES.readingFailed(file, e.toString(), e);
        }
    }

    private RuntimeException damaged(long row, JsonLocation location, String reason, Throwable cause) {
        return MESSAGES.datasetArrayDamaged(
                file, row, location.getLineNr(), location.getColumnNr(), reason, cause);
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw MESSAGES.readingFailed(file, e.toString(), e);
        }
    }
}
