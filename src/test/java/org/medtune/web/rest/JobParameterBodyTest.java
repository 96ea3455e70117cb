package org.medtune.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class JobParameterBodyTest {

    @Test
    void takesNumbersBooleansAndArraysAsTheirTexts() throws JsonProcessingException {
        assertThat(JobParameterBody.read(new ObjectMapper().readTree("""
                {"lora.r": 8, "use.rslora": true, "learning.rate": 0.0002, "lora.target.modules": ["q_proj", "v_proj"]}
                """)))
                .containsEntry("lora.r", "8")
                .containsEntry("use.rslora", "true")
                .containsEntry("learning.rate", "2.0E-4")
                .containsEntry("lora.target.modules", "q_proj,v_proj")
                .hasSize(4);
    }
}
