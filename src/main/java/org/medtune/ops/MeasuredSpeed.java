package org.medtune.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.medtune.MedtuneException;

/** How fast earlier runs of a site were that are like one that is about to begin. */
final class MeasuredSpeed {

    /** The most runs to look through, the newest first. */
    private static final int LOOKED_THROUGH = 100;

    /** The first steps warm up, and say little. */
    private static final int FEWEST_STEPS = 3;

    /** What decides, beside the model, how fast a token is trained; another value makes runs incomparable. */
    private static final List<FineTuneParameter> DECISIVE = List.of(FineTuneParameter.DEVICE,
            FineTuneParameter.PRECISION, FineTuneParameter.LOAD_IN_4BIT, FineTuneParameter.GRADIENT_CHECKPOINTING,
            FineTuneParameter.PACKING);

    private final MedtuneHome home;

    MeasuredSpeed(MedtuneHome home) {
        this.home = home;
    }

    /**
     * Tokens per second in the steps of the newest run like this one: their median. Nothing where there is none.
     *
     * @param model fingerprint of the base model
     */
    OptionalDouble find(FineTuneParameters parameters, String model) {
        return newestFirst().stream().map(RunFolder::new)
                .filter(run -> isLike(run, parameters, model))
                .map(run -> run.metrics().readAll())
                .filter(steps -> steps.size() >= FEWEST_STEPS)
                .mapToDouble(MeasuredSpeed::median).findFirst();
    }

    private List<Path> newestFirst() {
        try (Stream<Path> folders = Files.list(home.runs())) {
            return folders.filter(Files::isDirectory)
                    .sorted(Comparator.comparing(MeasuredSpeed::modified).reversed()).limit(LOOKED_THROUGH).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            // an estimate is no reason to say that a folder is unreadable; starting a run is
            return List.of();
        }
    }

    private static boolean isLike(RunFolder run, FineTuneParameters parameters, String model) {
        try {
            return run.beginning().filter(beginning -> beginning.model().equals(model))
                    .map(beginning -> sameSpeed(beginning.parameters(), parameters)).orElse(false);
        } catch (MedtuneException e) {
            // a folder that is damaged is of no use here
            return false;
        }
    }

    private static boolean sameSpeed(Map<String, String> earlier, FineTuneParameters now) {
        FineTuneParameters before = FineTuneParameters.read(earlier, new Problems());
        return DECISIVE.stream().allMatch(parameter -> before.has(parameter)
                && before.values().get(parameter).equals(now.values().get(parameter)));
    }

    private static double median(List<StepMetrics> steps) {
        double[] sorted = steps.stream().mapToDouble(StepMetrics::tokensPerSecond).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static FileTime modified(Path folder) {
        try {
            return Files.getLastModifiedTime(folder);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
