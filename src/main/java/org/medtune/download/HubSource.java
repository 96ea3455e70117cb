package org.medtune.download;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The hubs that repositories can be fetched from. */
public enum HubSource {

    /** modelscope.cn. */
    MODELSCOPE("modelscope", "https://www.modelscope.cn", "MODELSCOPE_ENDPOINT", "MODELSCOPE_API_TOKEN", "master",
            new ModelScopeHub()),

    /** huggingface.co, and mirrors that answer as it does. */
    HUGGING_FACE("huggingface", "https://huggingface.co", "HF_ENDPOINT", "HF_TOKEN", "main", new HuggingFaceHub());

    private final String parameterName;
    private final URI address;
    private final String addressVariable;
    private final String tokenVariable;
    private final String defaultRevision;
    private final Hub hub;

    HubSource(String parameterName, String address, String addressVariable, String tokenVariable,
              String defaultRevision, Hub hub) {
        this.parameterName = parameterName;
        this.address = URI.create(address);
        this.addressVariable = addressVariable;
        this.tokenVariable = tokenVariable;
        this.defaultRevision = defaultRevision;
        this.hub = hub;
    }

    /** The hub called {@code name}. */
    public static Optional<HubSource> named(String name) {
        return Arrays.stream(values()).filter(source -> source.parameterName.equals(name)).findFirst();
    }

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(HubSource::parameterName).toList();
    }

    /** The value of the parameter {@code source}. */
    public String parameterName() {
        return parameterName;
    }

    /** Where it is unless somebody says otherwise. */
    public URI address() {
        return address;
    }

    /** The environment variable, known to the hub's own programs too, that says so. */
    public String addressVariable() {
        return addressVariable;
    }

    /** The environment variable, known to the hub's own programs too, that holds the token. */
    public String tokenVariable() {
        return tokenVariable;
    }

    /** The branch that is meant where none is named. */
    public String defaultRevision() {
        return defaultRevision;
    }

    Hub hub() {
        return hub;
    }
}
