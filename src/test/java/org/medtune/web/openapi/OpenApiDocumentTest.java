package org.medtune.web.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.swagger.v3.core.util.Yaml;
import jakarta.servlet.annotation.WebServlet;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Application;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.catalogue.DownloadRequest;
import org.medtune.ops.EvaluationRequest;
import org.medtune.ops.ExportRequest;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.JobParameters;
import org.medtune.ops.PurgeRequest;
import org.medtune.web.rest.OpenAiApplication;
import org.medtune.web.rest.RestApplication;
import org.openapi4j.parser.OpenApi3Parser;
import org.openapi4j.parser.model.v3.OpenApi3;

/** The document that the build has made, against the resources that there are and against the specification. */
class OpenApiDocumentTest {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

    private static JsonNode document;
    private static JavaClasses classes;

    @BeforeAll
    static void read() throws IOException {
        document = new ObjectMapper().readTree(resource("openapi.json"));
        classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.medtune");
    }

    private static URL resource(String name) {
        return OpenApiDocumentTest.class.getResource("/openapi/" + name);
    }

    /** An operation of the document. */
    private record Described(String path, String method, JsonNode operation) {

        @Override
        public String toString() {
            return method.toUpperCase() + " " + path;
        }
    }

    private static List<Described> operations() {
        List<Described> operations = new ArrayList<>();
        document.path("paths").fields().forEachRemaining(path -> path.getValue().fields().forEachRemaining(entry -> {
            if (METHODS.contains(entry.getKey())) {
                operations.add(new Described(path.getKey(), entry.getKey(), entry.getValue()));
            }
        }));
        return operations;
    }

    @Test
    void describesEveryResourceAndNothingElse() {
        // given: all classes with a path in the product, and the applications that they are registered with
        Set<String> resources = new TreeSet<>();
        for (JavaClass each : classes) {
            if (each.isAnnotatedWith(Path.class) && !each.getPackageName().equals("org.medtune.web.openapi")) {
                resources.addAll(addresses(each.reflect()));
            }
        }

        // and the one that a filter serves, since no servlet can have an address with a number in its middle
        resources.add(new Described("/api/jobs/{executionId}/events", "get", null).toString());

        // then
        Set<String> described = operations().stream().map(Described::toString)
                .filter(address -> servletPrefixes().noneMatch(prefix -> address.contains(" " + prefix)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(described).hasSizeGreaterThan(40).isEqualTo(resources);
    }

    @Test
    void describesWhatServletsServe() {
        assertThat(servletPrefixes()).isNotEmpty().allSatisfy(prefix ->
                assertThat(operations()).anyMatch(operation -> operation.path().startsWith(prefix)));
    }

    private static Stream<String> servletPrefixes() {
        return classes.stream().filter(each -> each.isAnnotatedWith(WebServlet.class))
                .flatMap(each -> Stream.of(each.getAnnotationOfType(WebServlet.class).urlPatterns()))
                .filter(pattern -> pattern.startsWith("/api/") || pattern.startsWith("/v1/"))
                .map(pattern -> pattern.replaceAll("\\*$", ""));
    }

    private static Set<String> addresses(Class<?> resource) {
        Application application = Stream.of(new RestApplication(), new OpenAiApplication())
                .filter(each -> each.getClasses().contains(resource)).findFirst()
                .orElseThrow(() -> new AssertionError(resource + " has a path and is not registered"));
        String base = application.getClass().getAnnotation(ApplicationPath.class).value() + "/"
                + resource.getAnnotation(Path.class).value();
        Set<String> addresses = new TreeSet<>();
        for (Method method : resource.getDeclaredMethods()) {
            for (Annotation annotation : method.getAnnotations()) {
                HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
                if (http != null) {
                    Path path = method.getAnnotation(Path.class);
                    String whole = (base + "/" + (path == null ? "" : path.value())).replaceAll("/+", "/");
                    addresses.add(http.value() + " "
                            + whole.replaceAll("\\{(\\w+)\\s*:[^}]*}", "{$1}").replaceAll("/$", ""));
                }
            }
        }
        return addresses;
    }

    @Test
    void saysOfEveryOperationWhatItDoesAndWhatItTakes() {
        assertThat(operations()).allSatisfy(each -> {
            assertThat(each.operation().path("summary").asText()).as(each + " has a summary").isNotBlank();
            assertThat(each.operation().path("tags")).as(each + " has a tag").isNotEmpty();
            each.operation().path("parameters").forEach(parameter ->
                    assertThat(parameter.path("description").asText()).as(each + " " + parameter).isNotBlank());
            if (each.operation().has("requestBody")) {
                assertThat(each.operation().path("requestBody").path("description").asText())
                        .as(each + " says what its body is").isNotBlank();
            }
            Set<String> inPath = Stream.of(each.path().split("[/{}]"))
                    .filter(part -> each.path().contains("{" + part + "}")).collect(Collectors.toSet());
            assertThat(each.operation().path("parameters").findValuesAsText("name")).containsAll(inPath);
        });
        assertThat(operations()).extracting(each -> each.operation().path("operationId").asText())
                .doesNotHaveDuplicates();
    }

    @Test
    void saysOfEveryOperationWhatComesAndHowErrorsLook() {
        assertThat(operations()).allSatisfy(each -> {
            boolean openAi = each.path().startsWith("/v1/");
            String errorType = openAi ? "application/json" : "application/problem+json";
            String errorSchema = "#/components/schemas/" + (openAi ? "OpenAiError" : "Problem");
            boolean success = false;
            for (Map.Entry<String, JsonNode> response : (Iterable<Map.Entry<String, JsonNode>>)
                    () -> each.operation().path("responses").fields()) {
                assertThat(response.getValue().path("description").asText()).as(each + " " + response).isNotBlank();
                if (response.getKey().startsWith("2")) {
                    success = true;
                    assertThat(response.getValue().path("content").has("application/problem+json"))
                            .as(each + " has no error that is none").isFalse();
                } else {
                    assertThat(response.getValue().path("content").path(errorType).path("schema").path("$ref").asText())
                            .as(each + " " + response.getKey()).isEqualTo(errorSchema);
                }
            }
            assertThat(success).as(each + " has an answer").isTrue();
            assertThat(each.operation().path("responses").has("default")).isTrue();
        });
        assertThat(document.at("/components/schemas/Problem/properties/id/description").asText()).contains("message");
    }

    @Test
    void describesEverySchemaAndEveryFieldOfIt() {
        document.path("components").path("schemas").fields().forEachRemaining(schema -> {
            assertThat(schema.getValue().path("description").asText()).as(schema.getKey()).isNotBlank();
            schema.getValue().path("properties").fields().forEachRemaining(property ->
                    assertThat(property.getValue().path("description").asText()
                            + property.getValue().path("$ref").asText())
                            .as(schema.getKey() + "." + property.getKey()).isNotBlank());
        });
    }

    @Test
    void namesEveryParameterOfAJob() {
        JsonNode parameters = document.at("/components/schemas/FineTuneParameters/properties");

        assertThat(parameters.fieldNames()).toIterable().containsExactlyElementsOf(
                Stream.of(FineTuneParameter.values()).map(FineTuneParameter::key).toList());
        assertThat(parameters.path("lora.r").path("description").asText())
                .isEqualTo("rank of the adapter; 16 unless given");
    }

    static Stream<Arguments> jobs() {
        return Stream.of(Arguments.of("PurgeParameters", PurgeRequest.PARAMETERS),
                Arguments.of("DownloadParameters", DownloadRequest.PARAMETERS),
                Arguments.of("EvaluationParameters", EvaluationRequest.PARAMETERS),
                Arguments.of("ExportParameters", ExportRequest.PARAMETERS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jobs")
    void saysOfEveryParameterOfAJobWhatItMeansAndTakes(String schema, JobParameters parameters) {
        JsonNode properties = document.at("/components/schemas/" + schema + "/properties");

        assertThat(properties.fieldNames()).toIterable().containsExactlyElementsOf(parameters.keys());
        assertThat(parameters.all()).allSatisfy(parameter -> {
            JsonNode property = properties.path(parameter.key());
            assertThat(property.path("description").asText()).startsWith(parameter.explanation());
            assertThat(property.has("type") || property.path("anyOf").findValuesAsText("type").size() > 1)
                    .as(parameter.key() + " has a type").isTrue();
        });
    }

    @Test
    void saysWhichValuesAParameterTakes() {
        JsonNode schemas = document.at("/components/schemas");

        assertThat(schemas.at("/ExportParameters/properties/output.format/enum").toString())
                .isEqualTo("[\"safetensors\",\"safetensors-fp32\",\"gguf-f16\",\"gguf-q8_0\"]");
        assertThat(schemas.at("/DownloadParameters/properties/kind/enum").toString())
                .isEqualTo("[\"model\",\"dataset\"]");
        JsonNode files = schemas.at("/DownloadParameters/properties/parallel.files/anyOf/0");
        assertThat(files.path("type").asText()).isEqualTo("integer");
        assertThat(files.path("minimum").asInt()).isEqualTo(1);
        assertThat(files.path("maximum").asInt()).isEqualTo(8);
        assertThat(schemas.at("/PurgeParameters/properties/dry.run/anyOf").toString()).isEqualTo(
                "[{\"type\":\"boolean\"},{\"type\":\"string\",\"enum\":[\"true\",\"false\"]}]");
        assertThat(schemas.at("/PurgeParameters/properties/statuses/anyOf/0/items/enum").toString())
                .isEqualTo("[\"COMPLETED\",\"FAILED\",\"STOPPED\",\"ABANDONED\"]");
        assertThat(schemas.at("/EvaluationParameters/properties/evaluation.rows/enum").toString())
                .isEqualTo("[\"all\",\"held-out\"]");
        JsonNode share = schemas.at("/FineTuneParameters/properties/evaluation.share/anyOf/0");
        assertThat(share.path("type").asText()).isEqualTo("number");
        assertThat(share.path("exclusiveMinimum").asBoolean() && share.path("exclusiveMaximum").asBoolean()).isTrue();
        assertThat(share.path("maximum").asDouble()).isEqualTo(1);
        String repository = schemas.at("/DownloadParameters/properties/repository/pattern").asText();
        assertThat("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B").matches(repository);
        assertThat("../up").doesNotMatch(repository);
    }

    @Test
    void isValid() throws Exception {
        // an implementation of the specification that has made nothing of it; it throws a list of what is wrong
        OpenApi3 parsed = new OpenApi3Parser().parse(resource("openapi.json"), true);

        assertThat(parsed.getOpenapi()).startsWith("3.0.");
        assertThat(parsed.getPaths()).hasSameSizeAs(document.path("paths"));
    }

    @Test
    void isTheSameAsYaml() throws IOException {
        try (InputStream yaml = resource("openapi.yaml").openStream()) {
            assertThat(Yaml.mapper().readTree(yaml)).isEqualTo(document);
        }
    }
}
