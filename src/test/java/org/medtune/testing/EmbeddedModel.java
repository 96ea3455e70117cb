package org.medtune.testing;

import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;

/** The embedded model on the processor. */
public final class EmbeddedModel {

    private EmbeddedModel() {}

    /** Loads it in a type; the caller closes it. */
    public static CausalLanguageModel load(ElementType type) {
        return CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), ComputeDevice.CPU, type);
    }
}
