package org.medtune.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.catalogue.DownloadRequest;
import org.medtune.ops.EvaluationRequest;
import org.medtune.ops.ExportRequest;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.JobParameter;
import org.medtune.ops.PurgeRequest;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@DisplayName("The XML of a job")
class JobXmlTest {

    static Stream<Arguments> jobs() {
        return Stream.of(
                Arguments.of(JobControl.FINE_TUNE,
                        Arrays.stream(FineTuneParameter.values()).map(FineTuneParameter::definition).toList()),
                Arguments.of(ExportRequest.JOB, ExportRequest.PARAMETERS.all()),
                Arguments.of(PurgeControl.PURGE, PurgeRequest.PARAMETERS.all()),
                Arguments.of(DownloadControl.DOWNLOAD, DownloadRequest.PARAMETERS.all()),
                Arguments.of(EvaluationRequest.JOB, EvaluationRequest.PARAMETERS.all()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jobs")
    @DisplayName("is called as its file, and lists every parameter with its default")
    void parameters(String name, List<JobParameter> defined) throws Exception {
        // given
        Document job;
        try (InputStream xml = getClass().getResourceAsStream("/META-INF/batch-jobs/" + name + ".xml")) {
            job = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml);
        }

        // when
        NodeList properties = (NodeList) XPathFactory.newInstance().newXPath()
                .evaluate("/job/properties/property", job, XPathConstants.NODESET);
        List<Map.Entry<String, String>> actual = new ArrayList<>();
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            actual.add(Map.entry(property.getAttribute("name"), property.getAttribute("value")));
        }

        // then
        assertThat(job.getDocumentElement().getAttribute("id")).isEqualTo(name);
        assertThat(actual).isEqualTo(defined.stream().map(parameter -> Map.entry(parameter.key(),
                "#{jobParameters['" + parameter.key() + "']}?:" + parameter.defaultText() + ";")).toList());
    }
}
