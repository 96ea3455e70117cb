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
import java.util.regex.Pattern;
import org.medtune.InvalidInputException;
import org.medtune.download.FilePatterns;
import org.medtune.download.HubAccount;
import org.medtune.download.HubSource;
import org.medtune.download.Repository;
import org.medtune.download.RepositoryDownload;
import org.medtune.download.RepositoryKind;
import org.medtune.download.RetryPolicy;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.ParameterRoom;

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

    /** The parameters with their defaults, in the order in which the job lists them; empty is decided by the others. */
    public static final List<Map.Entry<String, String>> DEFAULTS = List.of(Map.entry("source", "modelscope"),
            Map.entry("repository", ""), Map.entry("revision", ""), Map.entry("kind", "model"),
            Map.entry("include", ""), Map.entry("exclude", ""), Map.entry("name", ""), Map.entry("base.url", ""),
            Map.entry("parallel.files", "3"));

    private static final String INTERNAL_PREFIX = "jberet.";
    private static final Pattern REPOSITORY =
            Pattern.compile("[\\p{Alnum}_][\\p{Alnum}._-]{0,95}(?:/[\\p{Alnum}_][\\p{Alnum}._-]{0,95})?");
    private static final Pattern REVISION = Pattern.compile("[\\p{Alnum}_](?:[\\p{Alnum}._/-]{0,98}[\\p{Alnum}_-])?");

    /**
     * Checks the parameters together; nothing is asked of the hub.
     *
     * @param environment variables of this process: addresses of hubs, and tokens
     * @throws InvalidInputException listing everything that has to change
     */
    public static DownloadRequest of(MedtuneHome home, Map<String, String> texts, Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        List<String> names = DEFAULTS.stream().map(Map.Entry::getKey).toList();
        texts.keySet().stream().sorted().filter(name -> !name.startsWith(INTERNAL_PREFIX) && !names.contains(name))
                .forEach(name -> problems.add(
                        MESSAGES.downloadParameterUnknown(name, String.join(", ", names)).getMessage()));
        ParameterRoom.problem(texts).map(Throwable::getMessage).ifPresent(problems::add);
        Reader reader = new Reader(texts, problems::add);
        HubSource source = reader.check(() -> HubSource.named(reader.text("source"))
                .orElseThrow(() -> notOfShape("source", reader, "one of " + String.join(", ", HubSource.names()))));
        RepositoryKind kind = reader.check(() -> Arrays.stream(RepositoryKind.values())
                .filter(value -> value.toString().equals(reader.text("kind"))).findFirst()
                .orElseThrow(() -> notOfShape("kind", reader, "model or dataset")));
        String repository = reader.check(() -> shaped("repository", reader, REPOSITORY,
                "the repository's name on its hub, such as deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"));
        String revision = reader.text("revision").isEmpty() ? "" : reader.check(() -> shaped("revision", reader,
                REVISION, "a branch, a tag or a commit"));
        Integer parallel = reader.check(() -> parallel(reader));
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
            return texts.getOrDefault(name, DEFAULTS.stream().filter(entry -> entry.getKey().equals(name))
                    .map(Map.Entry::getValue).findFirst().orElseThrow()).strip();
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

    private static InvalidInputException notOfShape(String name, Reader reader, String shape) {
        return MESSAGES.parameterNotOfShape(name, reader.text(name), shape);
    }

    private static String shaped(String name, Reader reader, Pattern pattern, String shape) {
        String text = reader.text(name);
        if (!pattern.matcher(text).matches() || text.contains("..")) {
            throw notOfShape(name, reader, shape);
        }
        return text;
    }

    private static int parallel(Reader reader) {
        String text = reader.text("parallel.files");
        if (!text.matches("[1-8]")) {
            throw notOfShape("parallel.files", reader, "a whole number from 1 to 8");
        }
        return Integer.parseInt(text);
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
            boolean http = List.of("http", "https").contains(String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT));
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
