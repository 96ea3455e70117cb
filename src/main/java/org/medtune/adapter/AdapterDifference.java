package org.medtune.adapter;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.medtune.model.ModelConfiguration;

/**
 * An adapter less the one that it began as, which is one adapter of twice the rank: A becomes [A; A0] and B becomes
 * [B, -B0], so that B A - B0 A0 is added to a matrix. An adapter that began by making up for a quantised base needs
 * this on the model as it is in its files. The later halves are the adapter's origin, so a run finds both again.
 *
 * <p>Source: {@code subtract_mutated_init} of PEFT, which does the same for PiSSA, OLoRA and CorDA.
 *
 * @param trained the adapter; its biases stand as they are
 * @param origin the first values, of the same configuration
 */
record AdapterDifference(AdapterValues trained, AdapterValues origin) {

    /** The adapter of twice the rank. */
    AdapterValues joined(ModelConfiguration model) {
        LoraConfiguration configuration = trained.configuration().doubled();
        AdapterLayout layout = new AdapterLayout(model, configuration);
        ByteBuffer bytes = LoraAdapter.allocate(layout);
        FloatBuffer target = bytes.asFloatBuffer();
        for (AdapterLayout.Parameter parameter : layout.parameters()) {
            target.position((int) parameter.offset());
            FloatBuffer first = values(trained, parameter);
            FloatBuffer second = values(origin, parameter);
            switch (parameter.kind()) {
                case A -> target.put(first).put(second);
                case B -> {
                    int rank = parameter.columns() / 2;
                    for (int row = 0; row < parameter.rows(); row++) {
                        target.put(first.slice(row * rank, rank));
                        for (int i = 0; i < rank; i++) {
                            target.put(-second.get(row * rank + i));
                        }
                    }
                }
                case BIAS -> target.put(first);
            }
        }
        return new AdapterValues(configuration, layout, bytes);
    }

    /** Takes an adapter apart that {@link #joined} has made. */
    static AdapterDifference of(AdapterValues joined, ModelConfiguration model) {
        LoraConfiguration configuration = joined.configuration().halved();
        AdapterLayout layout = new AdapterLayout(model, configuration);
        ByteBuffer trained = LoraAdapter.allocate(layout);
        ByteBuffer origin = LoraAdapter.allocate(layout);
        FloatBuffer first = trained.asFloatBuffer();
        FloatBuffer second = origin.asFloatBuffer();
        for (AdapterLayout.Parameter parameter : layout.parameters()) {
            first.position((int) parameter.offset());
            second.position((int) parameter.offset());
            FloatBuffer source = values(joined, parameter);
            switch (parameter.kind()) {
                case A -> {
                    first.put(source.slice(0, parameter.elements()));
                    second.put(source.slice(parameter.elements(), parameter.elements()));
                }
                case B -> {
                    int rank = parameter.columns();
                    for (int row = 0; row < parameter.rows(); row++) {
                        first.put(source.slice(2 * row * rank, rank));
                        for (int i = 0; i < rank; i++) {
                            second.put(-source.get((2 * row + 1) * rank + i));
                        }
                    }
                }
                case BIAS -> {
                    first.put(source.duplicate());
                    second.put(source);
                }
            }
        }
        return new AdapterDifference(new AdapterValues(configuration, layout, trained),
                new AdapterValues(configuration, layout, origin));
    }

    /** What an adapter has in the place of a parameter of the other rank. */
    private static FloatBuffer values(AdapterValues adapter, AdapterLayout.Parameter like) {
        AdapterLayout.Parameter own = adapter.find(like.layer(), like.projection(), like.kind()).orElseThrow();
        return adapter.rows(own, 0, own.rows()).asFloatBuffer();
    }
}
