package org.medtune.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.ops.EvaluationRequest;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@DisplayName("The job evaluate")
class EvaluateJobXmlTest {

    @Test
    @DisplayName("lists every parameter with its default, and the documentation has them all")
    void parameters() throws Exception {
        // given
        Document job;
        try (InputStream xml = getClass().getResourceAsStream("/META-INF/batch-jobs/evaluate.xml")) {
            job = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml);
        }
        Map<String, String> expected = new LinkedHashMap<>();
        EvaluationRequest.DEFAULTS.forEach(
                (name, value) -> expected.put(name, "#{jobParameters['" + name + "']}?:" + value + ";"));

        // when: of the job, not of its steps
        NodeList properties = ((Element) job.getElementsByTagName("properties").item(0))
                .getElementsByTagName("property");
        Map<String, String> actual = new LinkedHashMap<>();
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            actual.put(property.getAttribute("name"), property.getAttribute("value"));
        }

        // then
        assertThat(actual).containsExactlyEntriesOf(expected);
        assertThat(job.getDocumentElement().getAttribute("id")).isEqualTo(EvaluationRequest.JOB);
        String documentation = Files.readString(Path.of("docs/evaluation.md"));
        EvaluationRequest.DEFAULTS.forEach((name, value) -> assertThat(documentation)
                .contains("| `" + name + "` | " + (value.isEmpty() ? "" : "`" + value + "` ") + "|"));
    }
}
