package org.medtune;

import jakarta.batch.runtime.BatchStatus;
import java.nio.file.Path;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.Cause;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;

/**
 * Every sentence that an operator can see, each with a permanent id that is never reused. Rooms own ranges of
 * ids: 1-99 configuration and runs, 100-199 tensor, 200-299 model, 300-399 adapter, 400-499 dataset,
 * 500-599 training, 600-699 evaluation and generation, 700-799 batch, 800-899 web and launcher.
 *
 * <p>An error sentence says what is wrong, with the value, and what to change.
 */
@MessageLogger(projectCode = "MEDTUNE")
public interface MedtuneMessages extends BasicLogger {

    /** The one instance, logging under the category {@code org.medtune}. */
    MedtuneMessages MESSAGES = Logger.getMessageLogger(
            java.lang.invoke.MethodHandles.lookup(), MedtuneMessages.class, "org.medtune");

    // ---- 1-99 configuration and runs ----

    @Message(id = 1, value = "The job cannot be started like this. %s")
    InvalidInputException requestRefused(String problems);

    @Message(id = 2, value = "There is no parameter %s; did you mean %s?")
    InvalidInputException parameterUnknown(String name, String nearest);

    @Message(id = 3, value = "%s is '%s'; give %s.")
    InvalidInputException parameterNotOfShape(String name, String value, String shape);

    @Message(id = 4, value = "%s is %s; it must be %s.")
    InvalidInputException parameterOutOfRange(String name, String value, String range);

    @Message(id = 5, value = "%s is empty; give a value such as %s, or leave it out for that default.")
    InvalidInputException parameterEmpty(String name, String example);

    @Message(id = 6, value = "The parameters are %s characters long together, and the job repository keeps %s; "
            + "shorten evaluation.question or the paths.")
    InvalidInputException parametersTooLong(int length, int longest);

    @Message(id = 7, value = "warmup.steps is %s, but there are only %s steps; lower warmup.steps or raise max.steps.")
    InvalidInputException warmUpTooLong(int warmUpSteps, int steps);

    @Message(id = 8, value = "max.steps is 0; give at least 1, or -1 to train for num.train.epochs.")
    InvalidInputException noSteps();

    @Message(id = 9, value = "model.folder is %s, but there is no folder %s; give the path of a Hugging Face model "
            + "folder, or the name of one in %s.")
    InvalidInputException modelFolderMissing(String given, String folder, Path modelsFolder);

    @Message(id = 10, value = "The model folder %s holds no readable config.json; give the folder of a whole Hugging "
            + "Face model.")
    InvalidInputException modelWithoutConfiguration(Path folder);

    @Message(id = 11, value = "dataset.file is %s, but there is no file %s; give the path of a dataset, or the name of "
            + "one in %s.")
    InvalidInputException datasetMissing(String given, String file, Path dataFolder);

    @Message(id = 12, value = "The dataset %s cannot be read; give the server's user permission to read it.")
    InvalidInputException datasetUnreadable(Path file);

    @Message(id = 13, value = "Nothing can be written into %s (%s); give the server's user permission, or start the "
            + "server with another MEDTUNE_HOME.")
    InvalidInputException folderNotWritable(Path folder, String reason);

    @Message(id = 14, value = "The disk of %s has too little room: %s MiB are needed and %s MiB are free; free some and "
            + "restart the job.")
    RecoverableException diskTooFull(Path folder, long needed, long free);

    @Message(id = 15, value = "The run's files at %s cannot be used (%s); mend that and restart the job.")
    RecoverableException runFolderUnusable(Path path, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 16, value = "%s belongs to a run of an earlier job repository; it is now %s.")
    void runFolderMovedAside(Path folder, Path aside);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 17, value = "The run.json of %s cannot be read, so the folder counts as another run's.")
    void runDescriptionUnreadable(Path folder, @Cause Throwable cause);

    @Message(id = 18, value = "The system property %s is not set; start the server with its own bin/standalone script, "
            + "or set it there.")
    InvalidInputException settingMissing(String name);

    // ---- 100-199 tensor ----

    // ---- 200-299 model ----

    // ---- 300-399 adapter ----

    // ---- 400-499 dataset ----

    // ---- 500-599 training ----

    // ---- 600-699 evaluation and generation ----

    // ---- 700-799 batch ----

    @Message(id = 700, value = "The batch runtime could not start the job (%s); the server's log says more.")
    RecoverableException jobNotStarted(String reason, @Cause Throwable cause);

    @Message(id = 701, value = "There is no job execution %s; list the executions to see those that there are.")
    NotFoundException noSuchExecution(long executionId);

    @Message(id = 702, value = "Execution %s cannot be stopped: it is %s.")
    ConflictException stopOfEnded(long executionId, BatchStatus status);

    @Message(id = 703, value = "Execution %s cannot be stopped: its server was killed while it ran; restart it to let it "
            + "go on.")
    ConflictException stopOfInterrupted(long executionId);

    @Message(id = 704, value = "Execution %s cannot be restarted: it is running; stop it first.")
    ConflictException restartOfRunning(long executionId);

    @Message(id = 705, value = "Execution %s cannot be restarted: it is %s; start a new run instead.")
    ConflictException restartOfEnded(long executionId, BatchStatus status);

    @Message(id = 706, value = "Execution %s cannot be restarted: its run has a later one; restart that instead.")
    ConflictException restartOfEarlier(long executionId);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 707, value = "Execution %s stops itself and can be restarted: %s")
    void executionStopsItself(long executionId, String sentence, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 708, value = "Execution %s fails: %s")
    void executionFails(long executionId, String sentence, @Cause Throwable cause);

    @Message(id = 709, value = "Something unexpected went wrong; the server's log has the details under execution %s.")
    String unexpectedFailure(long executionId);

    // ---- 800-899 web and launcher ----

    @Message(id = 800, value = "The request's body is not JSON that can be read, at %s; correct it there.")
    String malformedJson(String position);

    @Message(id = 801, value = "The request's body is no JSON object; send an object of job parameters, {} for the "
            + "defaults.")
    InvalidInputException bodyNotAnObject();

    @Message(id = 802, value = "The value of %s is an object or null; send a string, a number, true or false, or an array "
            + "of names.")
    InvalidInputException parameterNotAScalar(String name);

    @Message(id = 803, value = "Requests that change something must have the content type application/json, even with "
            + "an empty body.")
    String notJson();

    @Message(id = 804, value = "There is nothing at this address; the executions are at /medtune/api/jobs.")
    String noSuchResource();

    @Message(id = 805, value = "This address does not know that method; use one of %s.")
    String methodNotAllowed(String methods);

    @Message(id = 806, value = "Answers are application/json only; accept that.")
    String onlyJsonAnswers();

    @Message(id = 807, value = "The request cannot be answered: %s.")
    String requestNotUnderstood(String reason);

    @Message(id = 808, value = "'%s' is no execution's number; list the executions to see their numbers.")
    NotFoundException executionIdNotANumber(String text);

    @Message(id = 809, value = "%s is '%s'; give a whole number from %s to %s.")
    InvalidInputException badPaging(String name, String value, int least, int most);

    @Message(id = 810, value = "There is no report of execution %s yet; it is written when the run has been evaluated.")
    NotFoundException noReportYet(long executionId);

    @Message(id = 811, value = "Something unexpected went wrong; the server's log has the details under %s.")
    String unexpectedError(String reference);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 812, value = "A request met an unexpected error, told to the caller as %s.")
    void requestFailed(String reference, @Cause Throwable cause);

    @Message(id = 813, value = "The line '%s' is not of the form name=value; correct it.")
    InvalidInputException lineWithoutEquals(String line);

    @Message(id = 814, value = "The parameter %s is given twice; keep one of the lines.")
    InvalidInputException parameterGivenTwice(String name);

    @Message(id = 850, value = "Port %s is in use by another program; stop that, or move all ports with "
            + "-Dmedtune.port.offset=100.")
    InvalidInputException portTaken(int port);

    @Message(id = 851, value = "The server did not come up; %s says why.")
    RecoverableException serverNotUp(Path log);

    @Message(id = 852, value = "The server refused: %s")
    RecoverableException serverRefused(String detail);

    @Message(id = 853, value = "The job ended %s: %s")
    RecoverableException demoNotCompleted(String status, String exitStatus);
}
