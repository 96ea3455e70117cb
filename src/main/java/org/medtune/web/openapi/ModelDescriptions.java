package org.medtune.web.openapi;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gives the schemas of records the texts of their Javadoc, and says which fields are always there. */
final class ModelDescriptions implements ModelConverter {

    private final Map<String, Class<?>> records = new LinkedHashMap<>();

    @Override
    public Schema<?> resolve(AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        if (type.getType() != null
                && JsonNode.class.isAssignableFrom(Json.mapper().constructType(type.getType()).getRawClass())) {
            // any JSON
            return new Schema<>();
        }
        Schema<?> schema = chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
        JavaType java = type.getType() == null ? null : Json.mapper().constructType(type.getType());
        if (schema != null && java != null && java.getRawClass().isRecord()) {
            String reference = schema.get$ref();
            String name = reference == null ? schema.getName() : reference.substring(reference.lastIndexOf('/') + 1);
            if (name != null) {
                Class<?> earlier = records.putIfAbsent(name, java.getRawClass());
                if (earlier != null && earlier != java.getRawClass()) {
                    throw new IllegalStateException("two records have the schema " + name + ": " + earlier.getName()
                            + " and " + java.getRawClass().getName() + "; name one of them by @Schema(name = ...)");
                }
            }
        }
        return schema;
    }

    /** Describes what has been met. */
    void describe(Components components) {
        records.forEach((name, type) -> {
            Schema<?> schema = components.getSchemas().get(name);
            if (schema != null) {
                describe(schema, type);
            }
        });
    }

    private static void describe(Schema<?> schema, Class<?> type) {
        JavadocTexts.of(type).ifPresent(schema::setDescription);
        // a record may tell more than its components
        for (Method method : type.getDeclaredMethods()) {
            if (method.isAnnotationPresent(JsonProperty.class) && schema.getProperties() != null
                    && schema.getProperties().get(method.getName()) instanceof Schema<?> property) {
                JavadocTexts.of(method).ifPresent(property::setDescription);
            }
        }
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty json = component.getAccessor().getAnnotation(JsonProperty.class);
            String name = json == null ? component.getName() : json.value();
            Schema<?> property = schema.getProperties() == null ? null : schema.getProperties().get(name);
            if (property == null) {
                continue;
            }
            // beside a reference nothing else counts
            if (property.get$ref() == null) {
                JavadocTexts.ofComponent(type, component.getName()).ifPresent(property::setDescription);
            }
            boolean listed = schema.getRequired() != null && schema.getRequired().contains(name);
            if (component.getType().isPrimitive() && !listed) {
                schema.addRequiredItem(name);
            } else if (!component.getType().isPrimitive() && property.get$ref() == null) {
                property.setNullable(true);
            }
        }
    }
}
