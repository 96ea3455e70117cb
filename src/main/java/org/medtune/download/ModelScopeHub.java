package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The API of modelscope.cn, which tells no commit: a file that is changed meanwhile is noticed by its digest.
 *
 * <p>Source: {@code hub/api.py} and {@code hub/file_download.py} of modelscope.
 */
final class ModelScopeHub implements Hub {

    private static final int PAGE = 100;

    @Override
    public RepositoryListing list(Repository repository, HubConnection connection) {
        List<RepositoryFile> files = repository.kind() == RepositoryKind.MODEL
                ? modelFiles(repository, connection) : datasetFiles(repository, connection);
        files.sort(Comparator.comparing(RepositoryFile::path));
        return new RepositoryListing(repository.revision(), files);
    }

    private static List<RepositoryFile> modelFiles(Repository repository, HubConnection connection) {
        String model = "/api/v1/models/" + Addresses.encodePath(repository.name()) + "/repo";
        String revision = "?Revision=" + Addresses.encode(repository.revision());
        URI listing = Addresses.below(connection.account().base(), model + "/files" + revision + "&Recursive=True");
        return files(entries(listing, repository, connection),
                Addresses.below(connection.account().base(), model + revision));
    }

    /** A dataset's tree is asked for by a number, and comes in pages. */
    private static List<RepositoryFile> datasetFiles(Repository repository, HubConnection connection) {
        URI base = connection.account().base();
        String dataset = "/api/v1/datasets/" + Addresses.encodePath(repository.name());
        URI about = Addresses.below(base, dataset);
        String number = data(about, repository, connection).path("Id").asText("");
        if (number.isEmpty()) {
            throw MESSAGES.hubAnswerUnexpected(about, "it lacks the field Data.Id");
        }
        String revision = "?Revision=" + Addresses.encode(repository.revision());
        List<RepositoryFile> files = new ArrayList<>();
        JsonNode entries;
        int page = 1;
        do {
            entries = entries(Addresses.below(base, "/api/v1/datasets/" + Addresses.encode(number) + "/repo/tree"
                    + revision + "&Root=%2F&Recursive=True&PageNumber=" + page + "&PageSize=" + PAGE),
                    repository, connection);
            files.addAll(files(
                    entries, Addresses.below(base, dataset + "/repo" + revision + "&Source=SDK&View=False")));
            page++;
        } while (entries.size() >= PAGE);
        return files;
    }

    private static JsonNode entries(URI address, Repository repository, HubConnection connection) {
        JsonNode entries = data(address, repository, connection).path("Files");
        if (!entries.isArray()) {
            throw MESSAGES.hubAnswerUnexpected(address, "it lacks the field Data.Files");
        }
        return entries;
    }

    private static JsonNode data(URI address, Repository repository, HubConnection connection) {
        JsonNode body = connection.json(address, repository).body();
        if (body.path("Code").asInt(200) != 200 || !body.path("Data").isObject()) {
            throw MESSAGES.hubAnswerUnexpected(address, "it says: " + body.path("Message").asText("nothing"));
        }
        return body.path("Data");
    }

    private static List<RepositoryFile> files(JsonNode entries, URI content) {
        List<RepositoryFile> files = new ArrayList<>();
        for (JsonNode entry : entries) {
            if (!entry.path("Type").asText().equals("tree")) {
                String path = entry.path("Path").asText();
                Optional<Digest> digest = Optional.of(entry.path("Sha256").asText("")).filter(hex -> !hex.isEmpty())
                        .map(hex -> new Digest(Digest.Algorithm.SHA_256, hex));
                files.add(new RepositoryFile(path, entry.path("Size").asLong(-1), digest,
                        URI.create(content + "&FilePath=" + Addresses.encode(path))));
            }
        }
        return files;
    }

    /** The older parts of the API look at the cookie, the newer ones at the header. */
    @Override
    public Map<String, String> authorization(String token) {
        return Map.of("Authorization", "Bearer " + token, "Cookie", "m_session_id=" + token);
    }
}
