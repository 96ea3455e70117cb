package org.medtune.web.openapi;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.BooleanSchema;
import io.swagger.v3.oas.models.media.ComposedSchema;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.NumberSchema;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.medtune.batch.DownloadControl;
import org.medtune.batch.JobControl;
import org.medtune.batch.PurgeControl;
import org.medtune.catalogue.DownloadRequest;
import org.medtune.ops.EvaluationRequest;
import org.medtune.ops.ExportRequest;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.JobParameter;
import org.medtune.ops.ParameterType;
import org.medtune.ops.PurgeRequest;

/**
 * The parameters of the jobs that REST starts, each with its meaning, its type and the values that it takes, as
 * validation knows them. Every value may be given as a text; numbers, truth values and lists of names also as
 * JSON's own.
 */
final class JobParameterSchemas {

    private JobParameterSchemas() {
    }

    static void addTo(Components components) {
        components.addSchemas("FineTuneParameters", parameters(JobControl.FINE_TUNE,
                Stream.of(FineTuneParameter.values()).map(FineTuneParameter::definition).toList()));
        components.addSchemas("PurgeParameters", parameters(PurgeControl.PURGE, PurgeRequest.PARAMETERS.all()));
        components.addSchemas("DownloadParameters",
                parameters(DownloadControl.DOWNLOAD, DownloadRequest.PARAMETERS.all()));
        components.addSchemas("EvaluationParameters",
                parameters(EvaluationRequest.JOB, EvaluationRequest.PARAMETERS.all()));
        components.addSchemas("ExportParameters", parameters(ExportRequest.JOB, ExportRequest.PARAMETERS.all()));
    }

    private static Schema<?> parameters(String job, List<JobParameter> parameters) {
        Schema<?> schema = new ObjectSchema()
                .description("Parameters of the job " + job + "; what is left out takes its default");
        schema.setAdditionalProperties(false);
        parameters.forEach(parameter -> schema.addProperty(parameter.key(), value(parameter)));
        return schema;
    }

    private static Schema<?> value(JobParameter parameter) {
        List<Schema<?>> forms = forms(parameter.type());
        Schema<?> schema = forms.get(0);
        if (forms.size() > 1) {
            schema = new ComposedSchema();
            forms.forEach(schema::addAnyOfItem);
        }
        String unlessGiven = parameter.defaultText().isEmpty() ? "" : "; " + parameter.defaultText() + " unless given";
        schema.setDescription(parameter.explanation() + unlessGiven);
        return schema;
    }

    /** The forms that a value may have, JSON's own type first. */
    private static List<Schema<?>> forms(ParameterType type) {
        if (type instanceof ParameterType.Flag) {
            return List.of(new BooleanSchema(), words(type.words()));
        }
        if (type instanceof ParameterType.Choice choice) {
            boolean truth = choice.words().contains("true");
            return truth ? List.of(new BooleanSchema(), words(choice.words())) : List.of(words(choice.words()));
        }
        if (type instanceof ParameterType.Several several) {
            return List.of(new ArraySchema().items(words(several.words())), new StringSchema());
        }
        if (type instanceof ParameterType.Names) {
            return List.of(new ArraySchema().items(new StringSchema()), new StringSchema());
        }
        if (type instanceof ParameterType.Whole whole) {
            Schema<?> number = new IntegerSchema().minimum(BigDecimal.valueOf(whole.least()));
            number.setMaximum(BigDecimal.valueOf(whole.most()));
            return List.of(number, new StringSchema());
        }
        if (type instanceof ParameterType.Decimal decimal) {
            return List.of(number(decimal), new StringSchema());
        }
        if (type instanceof ParameterType.Factor) {
            return List.of(new NumberSchema().minimum(BigDecimal.ZERO), new StringSchema());
        }
        if (type instanceof ParameterType.Shaped shaped) {
            return List.of(new StringSchema().pattern("^(?:" + ecmaScript(shaped.pattern().pattern()) + ")$"));
        }
        return List.of(new StringSchema());
    }

    private static Schema<?> number(ParameterType.Decimal decimal) {
        Schema<?> number = new NumberSchema().minimum(BigDecimal.valueOf(decimal.least()));
        if (!decimal.leastIncluded()) {
            number.setExclusiveMinimum(true);
        }
        if (decimal.bound() < Double.MAX_VALUE) {
            number.setMaximum(BigDecimal.valueOf(decimal.bound()));
            if (!decimal.boundIncluded()) {
                number.setExclusiveMaximum(true);
            }
        }
        return number;
    }

    private static Schema<?> words(List<String> words) {
        return new StringSchema()._enum(new ArrayList<>(words));
    }

    /** A pattern as OpenAPI has them. */
    private static String ecmaScript(String java) {
        return java.replace("\\p{Alnum}", "A-Za-z0-9");
    }
}
