package org.medtune.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.catalogue.DownloadRequest;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@DisplayName("The job download")
class DownloadJobXmlTest {

    @Test
    @DisplayName("lists every parameter with its default")
    void parameters() throws Exception {
        // given
        Document job;
        try (InputStream xml = getClass().getResourceAsStream("/META-INF/batch-jobs/download.xml")) {
            job = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml);
        }

        // when
        NodeList properties = job.getElementsByTagName("property");
        List<Map.Entry<String, String>> actual = new ArrayList<>();
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            actual.add(Map.entry(property.getAttribute("name"), property.getAttribute("value")));
        }

        // then
        assertThat(actual).isEqualTo(DownloadRequest.DEFAULTS.stream()
                .map(entry -> Map.entry(entry.getKey(),
                        "#{jobParameters['" + entry.getKey() + "']}?:" + entry.getValue() + ";"))
                .toList());
        assertThat(job.getDocumentElement().getAttribute("id")).isEqualTo("download");
    }
}
