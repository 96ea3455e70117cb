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
 * The API of huggingface.co. The revision is looked up first, so that all files are of one commit even if somebody
 * changes the repository meanwhile; then come pages of the tree.
 *
 * <p>Source: {@code hf_api.py} and {@code file_download.py} of huggingface_hub.
 */
final class HuggingFaceHub implements Hub {

    @Override
    public RepositoryListing list(Repository repository, HubConnection connection) {
        URI base = connection.account().base();
        String kind = repository.kind() == RepositoryKind.MODEL ? "models" : "datasets";
        String name = Addresses.encodePath(repository.name());
        URI about = Addresses.below(base, "/api/" + kind + "/" + name + "/revision/"
                + Addresses.encode(repository.revision()));
        String commit = connection.json(about, repository).body().path("sha").asText("");
        if (commit.isEmpty()) {
            throw MESSAGES.hubAnswerUnexpected(about, "it lacks the field sha");
        }
        String files = (repository.kind() == RepositoryKind.MODEL ? "/" : "/datasets/") + name + "/resolve/"
                + Addresses.encode(commit) + "/";
        List<RepositoryFile> found = new ArrayList<>();
        Optional<URI> page = Optional.of(Addresses.below(base,
                "/api/" + kind + "/" + name + "/tree/" + Addresses.encode(commit) + "?recursive=true&expand=false"));
        while (page.isPresent()) {
            HubConnection.Page answer = connection.json(page.get(), repository);
            if (!answer.body().isArray()) {
                throw MESSAGES.hubAnswerUnexpected(page.get(), "it is no array");
            }
            for (JsonNode entry : answer.body()) {
                if (entry.path("type").asText().equals("file")) {
                    found.add(file(entry, base, files));
                }
            }
            page = answer.next();
        }
        found.sort(Comparator.comparing(RepositoryFile::path));
        return new RepositoryListing(commit, found);
    }

    private static RepositoryFile file(JsonNode entry, URI base, String files) {
        String path = entry.path("path").asText();
        JsonNode large = entry.path("lfs");
        Optional<Digest> digest = large.hasNonNull("oid")
                ? Optional.of(new Digest(Digest.Algorithm.SHA_256, large.path("oid").asText()))
                : Optional.of(entry.path("oid").asText("")).filter(oid -> !oid.isEmpty())
                        .map(oid -> new Digest(Digest.Algorithm.GIT_BLOB, oid));
        long bytes = large.hasNonNull("size") ? large.path("size").asLong() : entry.path("size").asLong(-1);
        return new RepositoryFile(path, bytes, digest, Addresses.below(base, files + Addresses.encodePath(path)));
    }

    @Override
    public Map<String, String> authorization(String token) {
        return Map.of("Authorization", "Bearer " + token);
    }
}
