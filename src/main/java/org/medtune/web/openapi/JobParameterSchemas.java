package org.medtune.web.openapi;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.BooleanSchema;
import io.swagger.v3.oas.models.media.ComposedSchema;
import io.swagger.v3.oas.models.media.NumberSchema;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.medtune.catalogue.DownloadRequest;
import org.medtune.ops.EvaluationRequest;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.PurgeRequest;

/** The parameters of the jobs that REST starts: of {@code fine-tune} each with its meaning, of the others the names. */
final class JobParameterSchemas {

    private JobParameterSchemas() {
    }

    static void addTo(Components components) {
        Schema<?> fineTune = parameters("Parameters of the job fine-tune; what is left out takes its default");
        for (FineTuneParameter parameter : FineTuneParameter.values()) {
            fineTune.addProperty(parameter.key(), value(parameter.explanation(), parameter.defaultText()));
        }
        components.addSchemas("FineTuneParameters", fineTune);
        components.addSchemas("PurgeParameters", plain("purge", PurgeRequest.DEFAULTS));
        components.addSchemas("DownloadParameters", plain("download", DownloadRequest.DEFAULTS));
        components.addSchemas("EvaluationParameters", plain("evaluate", EvaluationRequest.DEFAULTS.entrySet()));
    }

    private static Schema<?> plain(String job, Collection<Map.Entry<String, String>> defaults) {
        Schema<?> schema = parameters("Parameters of the job " + job + "; what is left out takes its default");
        defaults.forEach(entry -> schema.addProperty(entry.getKey(),
                value("As the handbook says of the parameter " + entry.getKey(), entry.getValue())));
        return schema;
    }

    private static Schema<?> parameters(String description) {
        Schema<?> schema = new ObjectSchema().description(description);
        schema.setAdditionalProperties(false);
        return schema;
    }

    /** Every value may be a text; numbers and lists of names may be JSON's own. */
    private static Schema<?> value(String description, String defaultText) {
        Schema<?> schema = new ComposedSchema().anyOf(List.of(new StringSchema(), new NumberSchema(),
                new BooleanSchema(), new ArraySchema().items(new StringSchema())));
        schema.setDescription(description + (defaultText.isEmpty() ? "" : "; " + defaultText + " unless given"));
        return schema;
    }
}
