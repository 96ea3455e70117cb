package org.medtune.web.openapi;

import com.fasterxml.jackson.annotation.JsonView;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.jaxrs2.Reader;
import io.swagger.v3.jaxrs2.ResolvedParameter;
import io.swagger.v3.oas.models.ExternalDocumentation;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.servers.Server;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads resources with their Javadoc: the first sentence of a method's is the operation's summary, its {@code @param}
 * is the parameter's description. Adds to every operation the errors that it can answer with.
 */
final class DescribedReader extends Reader {

    private static final String DEFAULT = "default";

    /** Operations are equal if they say the same, which they do before they are described. */
    private final Map<Operation, Method> methods = new IdentityHashMap<>();
    private final String errorSchema;
    private final String errorType;

    /** Reads operations that answer errors of one type. */
    DescribedReader(Class<?> error) {
        super(new OpenAPI());
        ModelConverters.getInstance().readAll(error).forEach(getComponents()::addSchemas);
        this.errorSchema = "#/components/schemas/" + error.getSimpleName();
        this.errorType = error.getSimpleName().equals("Problem") ? "application/problem+json" : "application/json";
    }

    @Override
    protected Operation parseMethod(
            Class<?> type, Method method, List<Parameter> globalParameters, Produces methodProduces,
            Produces classProduces, Consumes methodConsumes, Consumes classConsumes,
            List<SecurityRequirement> classSecurity, Optional<ExternalDocumentation> classDocumentation,
            Set<String> classTags, List<Server> classServers, boolean isSubresource, RequestBody parentBody,
            ApiResponses parentResponses, JsonView view,
            io.swagger.v3.oas.annotations.responses.ApiResponse[] responses, AnnotatedMethod annotated) {
        Operation operation = super.parseMethod(type, method, globalParameters, methodProduces, classProduces,
                methodConsumes, classConsumes, classSecurity, classDocumentation, classTags, classServers,
                isSubresource, parentBody, parentResponses, view, responses, annotated);
        String resource = method.getDeclaringClass().getSimpleName().replaceAll("(Resource|Description)$", "");
        operation.setOperationId(resource + "." + method.getName());
        operation.addTagsItem(tag(method.getDeclaringClass()));
        methods.put(operation, method);
        return operation;
    }

    /** Reads resources. */
    OpenAPI describe(Set<Class<?>> resources) {
        OpenAPI document = read(resources);
        // only now do operations have their parameters and bodies
        methods.forEach((operation, method) -> {
            describe(operation, method);
            describeSuccess(operation, method);
            addErrors(operation, method);
        });
        return document;
    }

    @Override
    protected ResolvedParameter getParameters(Type type, List<Annotation> annotations, Operation operation,
            Consumes classConsumes, Consumes methodConsumes, JsonView view) {
        if (annotations.stream().noneMatch(BeanParam.class::isInstance)) {
            return super.getParameters(type, annotations, operation, classConsumes, methodConsumes, view);
        }
        ResolvedParameter all = new ResolvedParameter();
        for (Field field : Json.mapper().constructType(type).getRawClass().getDeclaredFields()) {
            if (field.isAnnotationPresent(QueryParam.class)) {
                all.parameters.addAll(super.getParameters(field.getGenericType(), List.of(field.getAnnotations()),
                        operation, classConsumes, methodConsumes, view).parameters);
            }
        }
        return all;
    }

    /** What a resource is called in an overview: the first part of its address. */
    private static String tag(Class<?> type) {
        String path = type.getAnnotation(jakarta.ws.rs.Path.class).value().replaceAll("^/", "");
        return path.isEmpty() ? "openai" : path.replaceAll("/.*", "");
    }

    private static void describe(Operation operation, Method method) {
        JavadocTexts.of(method).ifPresent(text -> {
            operation.setSummary(JavadocTexts.firstSentence(text));
            operation.setDescription(text);
        });
        if (operation.getParameters() != null) {
            operation.getParameters().forEach(parameter ->
                    text(method, parameter).ifPresent(parameter::setDescription));
        }
        if (operation.getRequestBody() != null && operation.getRequestBody().getDescription() == null) {
            // what no annotation names is the body
            Stream.of(method.getParameters()).filter(java -> java.getAnnotation(QueryParam.class) == null)
                    .flatMap(java -> JavadocTexts.ofParameter(method, java.getName()).stream())
                    .reduce((earlier, last) -> last).ifPresent(operation.getRequestBody()::setDescription);
        }
    }

    /** The text of a parameter, from the method's Javadoc, or that of the field which takes it. */
    static Optional<String> text(Method method, Parameter parameter) {
        for (java.lang.reflect.Parameter java : method.getParameters()) {
            if (isNamed(java, parameter)) {
                return JavadocTexts.ofParameter(method, java.getName());
            }
        }
        Stream<Class<?>> beans = Stream.of(method.getParameters())
                .filter(java -> java.isAnnotationPresent(BeanParam.class)).map(java.lang.reflect.Parameter::getType);
        return Stream.concat(beans, Stream.of(method.getDeclaringClass()))
                .flatMap(type -> Stream.of(type.getDeclaredFields())).filter(field -> isNamed(field, parameter))
                .findFirst().flatMap((Field field) -> JavadocTexts.of(field));
    }

    private static boolean isNamed(AnnotatedElement java, Parameter parameter) {
        return switch (parameter.getIn()) {
            case "path" -> java.isAnnotationPresent(PathParam.class)
                    && java.getAnnotation(PathParam.class).value().equals(parameter.getName());
            case "query" -> java.isAnnotationPresent(QueryParam.class)
                    && java.getAnnotation(QueryParam.class).value().equals(parameter.getName());
            default -> java.isAnnotationPresent(HeaderParam.class)
                    && java.getAnnotation(HeaderParam.class).value().equals(parameter.getName());
        };
    }

    /** An answer that the resource has not described is the one of its return type. */
    private static void describeSuccess(Operation operation, Method method) {
        ApiResponses responses = operation.getResponses();
        ApiResponse only = responses.remove(DEFAULT);
        if (only != null) {
            boolean empty = method.getReturnType() == void.class && !method.isAnnotationPresent(GET.class);
            if (empty) {
                only.setContent(null);
            }
            only.setDescription(JavadocTexts.of(method.getReturnType()).orElse(empty ? "It is done" : "The answer"));
            responses.addApiResponse(empty ? "204" : "200", only);
        }
        responses.values().forEach(response -> {
            if (response.getContent() != null) {
                // a resource says that it produces errors' type too, so that it can
                response.getContent().remove("application/problem+json");
            }
        });
    }

    private void addErrors(Operation operation, Method method) {
        List<Parameter> parameters = Optional.ofNullable(operation.getParameters()).orElse(List.of());
        boolean changes = !method.isAnnotationPresent(GET.class);
        boolean named = parameters.stream().anyMatch(parameter -> parameter.getIn().equals("path"));
        boolean given = operation.getRequestBody() != null
                || parameters.stream().anyMatch(parameter -> parameter.getIn().equals("query"));
        ApiResponses responses = operation.getResponses();
        if (given) {
            responses.addApiResponse("400", error("Something in the request has to change; the sentence says what"));
        }
        responses.addApiResponse("401", error("Nobody is logged in, or the password or the token is wrong"));
        responses.addApiResponse("403", error("The caller has none of the roles that may do this"));
        if (named) {
            responses.addApiResponse("404", error("There is nothing of that name or number"));
        }
        if (changes) {
            responses.addApiResponse("409", error("It cannot be done as things stand now"));
            responses.addApiResponse("415", error("The content type is not application/json"));
        }
        responses.addApiResponse("503", error("Something has to be mended first, such as a full disk"));
        responses.addApiResponse(DEFAULT, error("Any other error"));
    }

    private ApiResponse error(String description) {
        return new ApiResponse().description(description).content(new Content().addMediaType(errorType,
                new MediaType().schema(new Schema<>().$ref(errorSchema))));
    }
}
