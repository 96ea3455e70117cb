package org.medtune.download;

import java.util.Map;

/** How a hub is asked. */
interface Hub {

    /**
     * The files of a repository.
     *
     * @throws org.medtune.InvalidInputException if there is no such repository or it may not be read
     * @throws org.medtune.RecoverableException  if the hub cannot be reached
     */
    RepositoryListing list(Repository repository, HubConnection connection);

    /** The headers that prove who asks. */
    Map<String, String> authorization(String token);
}
