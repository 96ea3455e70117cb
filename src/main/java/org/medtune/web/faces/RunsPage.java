package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.text.MessageFormat;
import java.util.List;
import java.util.TimeZone;
import java.util.function.LongSupplier;
import org.medtune.MedtuneException;
import org.medtune.batch.JobControl;
import org.medtune.evaluation.ReportPage;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.Runs;
import org.primefaces.model.LazyDataModel;

/** The page of runs: what it shows, and what its buttons do. */
@Named
@RequestScoped
public class RunsPage {

    @Inject
    private JobControl jobs;

    @Inject
    private Runs runs;

    private RunTable table;
    private String parameters = "";

    /** The table's lines. */
    public LazyDataModel<RunRow> getTable() {
        if (table == null) {
            table = new RunTable(jobs, runs);
        }
        return table;
    }

    /** Times are those of the place where the server is, as in its log. */
    public TimeZone getTimeZone() {
        return TimeZone.getDefault();
    }

    /** Where the report of a run's evaluation in the page's language is, below the run's own address. */
    public String getEvaluation() {
        FacesContext faces = FacesContext.getCurrentInstance();
        String language = faces.getApplication().getResourceBundle(faces, "text").getString("language");
        return "/evaluation/" + ReportPage.fileName(language);
    }

    /** The catalogue of parameters. */
    public List<FineTuneParameter> getCatalogue() {
        return List.of(FineTuneParameter.values());
    }

    public String getParameters() {
        return parameters;
    }

    public void setParameters(String parameters) {
        this.parameters = parameters == null ? "" : parameters;
    }

    /** Starts a run with the parameters that were typed. */
    public void start() {
        tell("started.message", () -> jobs.start(ParameterLines.read(parameters)));
    }

    /** Asks an execution to stop. */
    public void stop(long executionId) {
        tell("stop.message", () -> {
            jobs.stop(executionId);
            return executionId;
        });
    }

    /** Lets a run go on. */
    public void restart(long executionId) {
        tell("restart.message", () -> jobs.restart(executionId));
    }

    private static void tell(String key, LongSupplier action) {
        FacesContext faces = FacesContext.getCurrentInstance();
        try {
            String pattern = faces.getApplication().getResourceBundle(faces, "text").getString(key);
            String sentence = MessageFormat.format(pattern, Long.toString(action.getAsLong()));
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_INFO, sentence, null));
        } catch (MedtuneException e) {
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, e.getMessage(), null));
        }
    }
}
