package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.medtune.InvalidInputException;
import org.medtune.download.FilePatterns;
import org.medtune.download.HubAccount;
import org.medtune.download.HubSource;
import org.medtune.download.Repository;
import org.medtune.download.RepositoryDownload;
import org.medtune.download.RepositoryKind;
import org.medtune.download.RetryPolicy;
import org.medtune.ops.JobParameter;
import org.medtune.ops.JobParameters;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.ParameterRoom;
import org.medtune.ops.ParameterType;
import org.medtune.ops.ParameterType.Choice;
import org.medtune.ops.ParameterType.Shaped;
import org.medtune.ops.ParameterType.Whole;
import org.medtune.ops.ParameterType.Words;

/**
 * What the job {@code download} was asked for.
 *
 * @param source     the hub
 * @param account    where it is, and who asks
 * @param repository what to fetch
 * @param patterns   which of its files
 * @param target     the folder to make
 * @param parallel   files at the same time
 */
public record DownloadRequest(HubSource source, HubAccount account, Repository repository, FilePatterns patterns,
                              Path target, int parallel) {

    private static final ParameterType REPOSITORY = Shaped.of(
            "(?!.*\\.\\.)[\\p{Alnum}_][\\p{Alnum}._-]{0,95}(?:/[\\p{Alnum}_][\\p{Alnum}._-]{0,95})?",
            "the repository's name on its hub, such as deepseek-ai/DeepSeek-R1-Distill-Qwen-7B");
    private static final ParameterType REVISION = Shaped.of(
            "|(?!.*\\.\\.)[\\p{Alnum}_](?:[\\p{Alnum}._/-]{0,98}[\\p{Alnum}_-])?", "a branch, a tag or a commit");

    /** The parameters, in the order in which the job lists them; empty is decided by the others. */
    public static final JobParameters PARAMETERS = new JobParameters(List.of(
            new JobParameter("source", "modelscope", new Choice(HubSource.names()),
                    "the hub: modelscope or huggingface"),
            new JobParameter("repository", "", REPOSITORY, "its name on the hub; must be given"),
            new JobParameter("revision", "", REVISION,
                    "branch, tag or commit; empty for master at modelscope, main at huggingface"),
            new JobParameter("kind", "model", new Choice(RepositoryKind.names()),
                    "model, which goes to MEDTUNE_MODELS, or dataset, to MEDTUNE_DATA"),
            new JobParameter("include", "", new Words(), "patterns of wanted files, with commas between; * stands for "
                    + "any characters, slashes too; empty for everything"),
            new JobParameter("exclude", "", new Words(), "patterns of files that are not wanted; empty for none"),
            new JobParameter("name", "", new Words(),
                    "of the folder to make, which must not be there; empty for the end of repository"),
            new JobParameter("base.url", "", new Words(),
                    "a mirror that answers as the hub does; empty for the hub's own address"),
            new JobParameter("parallel.files", "3", new Whole(1, 8), "files at the same time, up to 8")));

    /**
     * Checks the parameters together; nothing is asked of the hub.
     *
     * @param environment variables of this process: addresses of hubs, and tokens
     * @throws InvalidInputException listing everything that has to change
     */
    public static DownloadRequest of(MedtuneHome home, Map<String, String> texts, Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        PARAMETERS.unknown(texts).forEach(name -> problems.add(
                MESSAGES.downloadParameterUnknown(name, String.join(", ", PARAMETERS.keys())).getMessage()));
        ParameterRoom.problem(texts).map(Throwable::getMessage).ifPresent(problems::add);
        Reader reader = new Reader(texts, problems::add);
        HubSource source = reader.check(() -> HubSource.named(reader.word("source")).orElseThrow());
        RepositoryKind kind = reader.check(() -> RepositoryKind.named(reader.word("kind")).orElseThrow());
        String repository = reader.check(() -> reader.word("repository"));
        String revision = reader.check(() -> reader.word("revision"));
        Integer parallel = reader.check(() -> PARAMETERS.integer(texts, "parallel.files"));
        HubAccount account = source == null ? null
                : reader.check(() -> account(source, reader.text("base.url"), environment));
        Path target = kind == null || repository == null ? null
                : reader.check(() -> target(home, kind, repository, reader.text("name")));
        if (!problems.isEmpty()) {
            throw MESSAGES.requestRefused(String.join(" ", problems));
        }
        return new DownloadRequest(source, account,
                new Repository(kind, repository, revision.isEmpty() ? source.defaultRevision() : revision),
                new FilePatterns(list(reader.text("include")), list(reader.text("exclude"))), target, parallel);
    }

    /** The download, to be run. */
    public RepositoryDownload download() {
        return new RepositoryDownload(source, account, repository, patterns, target, parallel, RetryPolicy.DEFAULT);
    }

    /** The parameters' texts, and where their problems go. */
    private record Reader(Map<String, String> texts, Consumer<String> problems) {

        String text(String name) {
            return PARAMETERS.text(texts, name);
        }

        String word(String name) {
            return PARAMETERS.word(texts, name);
        }

        /** The value, or null where it is none; then the sentence is kept. */
        <T> T check(Supplier<T> value) {
            try {
                return value.get();
            } catch (InvalidInputException e) {
                problems.accept(e.getMessage());
                return null;
            }
        }
    }

    /**
     * The hub's account. The token goes to where the server's environment says that the hub is; whoever starts a job
     * cannot have it sent elsewhere.
     */
    private static HubAccount account(HubSource source, String given, Map<String, String> environment) {
        URI configured = address(source.addressVariable(),
                environment.getOrDefault(source.addressVariable(), source.address().toString()));
        URI address = given.isEmpty() ? configured : address("base.url", given);
        Optional<String> token = Optional.ofNullable(environment.get(source.tokenVariable())).map(String::strip)
                .filter(text -> !text.isEmpty() && address.equals(configured));
        return new HubAccount(address, token);
    }

    private static URI address(String name, String text) {
        try {
            URI address = URI.create(text.strip().replaceFirst("/+$", ""));
            boolean http = List.of("http", "https").contains(
                    String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT));
            if (http && address.getHost() != null && address.getRawUserInfo() == null && address.getRawQuery() == null
                    && address.getRawFragment() == null) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // told below, with the same sentence
        }
        throw MESSAGES.parameterNotOfShape(name, text, "an address such as https://huggingface.co");
    }

    private static Path target(MedtuneHome home, RepositoryKind kind, String repository, String given) {
        String name = given.isEmpty() ? repository.substring(repository.lastIndexOf('/') + 1) : given;
        RootFolder root = new RootFolder(kind == RepositoryKind.MODEL ? home.modelsFolder() : home.dataFolder());
        Path target = root.place(name);
        if (Files.exists(target)) {
            throw MESSAGES.downloadTargetExists(target);
        }
        return target;
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(pattern -> !pattern.isEmpty()).toList();
    }
}
