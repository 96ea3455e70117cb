package org.medtune.audit;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * A line of the log as its readers see it.
 *
 * @param sequence counted from 1 over all files
 * @param time     ISO 8601, UTC
 * @param actor    who did it: a user, or the server
 * @param address  from where; empty where it is the server
 * @param action   what was done
 * @param target   to what
 * @param outcome  done, or how it was answered
 * @param details  by name
 * @param previous the hash of the line before; 64 zeros for the first
 * @param hash     see {@link HashedLine}; null before the line is sealed
 */
@JsonPropertyOrder({"sequence", "time", "actor", "address", "action", "target", "outcome", "details", "previous"})
public record AuditEntry(long sequence, String time, String actor, String address, String action, String target,
                         String outcome, Map<String, String> details, String previous, String hash) {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .defaultPropertyInclusion(com.fasterxml.jackson.annotation.JsonInclude.Value.construct(
                    com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL, null))
            .build();

    static AuditEntry of(long sequence, Instant time, AuditEvent event, String previous) {
        return new AuditEntry(sequence, time.toString(), event.actor(), event.address(), event.action(),
                event.target(), event.outcome(), new TreeMap<>(event.details()), previous, null);
    }

    static AuditEntry read(String line) throws JsonProcessingException {
        return MAPPER.readValue(line, AuditEntry.class);
    }

    /** The line to write. */
    HashedLine seal() {
        try {
            return HashedLine.seal(MAPPER.writeValueAsString(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings and numbers can always be written", e);
        }
    }
}
