package org.medtune.adapter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.medtune.model.Projection;

/** The float32 values of an adapter in main memory, without a model. */
public final class AdapterValues {

    private final LoraConfiguration configuration;
    private final AdapterLayout layout;
    private final ByteBuffer values;

    /** Values in the order of a layout: a direct little-endian float32 buffer. */
    AdapterValues(LoraConfiguration configuration, AdapterLayout layout, ByteBuffer values) {
        this.configuration = configuration;
        this.layout = layout;
        this.values = values;
    }

    /** What the adapter consists of. */
    public LoraConfiguration configuration() {
        return configuration;
    }

    AdapterLayout layout() {
        return layout;
    }

    /** Where a tensor of the adapter lies and what shape it has; nothing where the adapter has none. */
    public Optional<AdapterLayout.Parameter> find(int layer, Projection projection, AdapterLayout.Kind kind) {
        return layout.parameters().stream()
                .filter(p -> p.layer() == layer && p.projection() == projection && p.kind() == kind)
                .findFirst();
    }

    /**
     * Some rows of a tensor of the adapter, as a direct little-endian float32 buffer; valid as long as these values.
     *
     * @param row the first row; of a bias, the first element
     */
    public ByteBuffer rows(AdapterLayout.Parameter parameter, int row, int count) {
        long first = parameter.offset() + (long) row * parameter.columns();
        return values.slice(Math.toIntExact(first * Float.BYTES), count * parameter.columns() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    ByteBuffer buffer() {
        return values.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }
}
