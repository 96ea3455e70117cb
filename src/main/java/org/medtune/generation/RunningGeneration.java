package org.medtune.generation;

import java.util.Optional;
import org.medtune.generation.GenerationListener.End;
import org.medtune.model.Tokenizer;

/** A request that is being answered: its tokens, and what becomes of them. Used by the engine's thread. */
final class RunningGeneration {

    private final Generation generation;
    private final TokenSequence sequence;
    private final TextDecoder decoder;
    private final StopTexts stops;
    private int tokens;

    RunningGeneration(Generation generation, TokenSequence sequence, Tokenizer tokenizer) {
        this.generation = generation;
        this.sequence = sequence;
        this.decoder = new TextDecoder(tokenizer);
        this.stops = new StopTexts(generation.request().sampling().stop());
    }

    Generation generation() {
        return generation;
    }

    TokenSequence sequence() {
        return sequence;
    }

    /** Tells the listener of the newest token; the result is how the answer has ended, if it has. */
    Optional<End> tell() {
        tokens++;
        // a stop token is no text, whether the tokenizer counts it as special or not
        String piece = sequence.stopped() ? "" : stops.append(decoder.append(sequence.newest()));
        if (sequence.ended()) {
            piece += stops.append(decoder.end()) + stops.end();
        }
        generation.listener().token(piece, tokens);
        if (stops.found() || sequence.stopped()) {
            return Optional.of(End.STOPPED);
        }
        return sequence.ended() ? Optional.of(End.LENGTH) : Optional.empty();
    }
}
