package org.medtune.ops;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a run will probably take; known before anything is loaded.
 *
 * @param devices         where it would be trained
 * @param precision       of activations, and of weights that are not held in 4 bits
 * @param quantization    of the base model's projections
 * @param deviceMemory    of each device
 * @param hostMemory      of the host beside an accelerator; null where the device is the host
 * @param rows            rows of the dataset that can be used
 * @param tokensPerRow    on average, as the first rows tell
 * @param steps           of the whole run
 * @param tokensPerStep   on all devices together
 * @param tokensPerSecond on all devices together
 * @param speed           where that is from
 * @param seconds         of training; loading, evaluating and waiting for a device come on top
 * @param checkpointBytes of one checkpoint on the disk
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunEstimate(List<String> devices, String precision, String quantization, Memory deviceMemory,
                          Memory hostMemory, long rows, long tokensPerRow, int steps, long tokensPerStep,
                          double tokensPerSecond, Speed speed, long seconds, long checkpointBytes) {

    /** Where a speed is from. */
    public enum Speed {

        /** An earlier run of this model on these devices had it. */
        MEASURED,

        /** Any device of the kind should be faster, so that the run should take less time than is said. */
        FLOOR
    }

    /**
     * Bytes.
     *
     * @param expected with rows as long as the longest of the first ones
     * @param most     with rows that are all as long as {@code max.seq.length} allows
     * @param free     what there is now, with what other applications and the chat have taken away; null where the
     *                 device does not tell
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Memory(long expected, long most, Long free) {
    }
}
