package org.medtune.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.medtune.ops.FineTuneParameter;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FineTuneJobXmlTest {

    @Test
    void listsEveryParameterWithItsDefault() throws Exception {
        // given
        Map<String, String> expected = new LinkedHashMap<>();
        for (FineTuneParameter parameter : FineTuneParameter.values()) {
            expected.put(parameter.key(),
                    "#{jobParameters['" + parameter.key() + "']}?:" + parameter.defaultText() + ";");
        }

        // when
        NodeList properties = (NodeList) XPathFactory.newInstance().newXPath()
                .evaluate("/job/properties/property", jobXml(), XPathConstants.NODESET);

        // then
        Map<String, String> actual = new LinkedHashMap<>();
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            actual.put(property.getAttribute("name"), property.getAttribute("value"));
        }
        assertThat(actual).containsExactlyEntriesOf(expected);
    }

    @Test
    void isCalledAsItsFile() throws Exception {
        assertThat(jobXml().getDocumentElement().getAttribute("id")).isEqualTo(JobControl.FINE_TUNE);
    }

    private static Document jobXml() throws Exception {
        String file = "/META-INF/batch-jobs/" + JobControl.FINE_TUNE + ".xml";
        try (InputStream xml = FineTuneJobXmlTest.class.getResourceAsStream(file)) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml);
        }
    }
}
