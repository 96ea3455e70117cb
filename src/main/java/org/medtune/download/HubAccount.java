package org.medtune.download;

import java.net.URI;
import java.util.Optional;

/**
 * Where a hub is and who asks it.
 *
 * @param base  its address, without a slash at the end
 * @param token what proves who asks; goes to the hub's own address only and is never written anywhere
 */
public record HubAccount(URI base, Optional<String> token) {

    /** Whether an address is the hub's own: the same scheme, host and port. */
    boolean owns(URI address) {
        return base.getScheme().equalsIgnoreCase(address.getScheme())
                && base.getHost().equalsIgnoreCase(address.getHost()) && port(base) == port(address);
    }

    private static int port(URI address) {
        if (address.getPort() >= 0) {
            return address.getPort();
        }
        return address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
        return base + (token.isPresent() ? " with a token" : "");
    }
}
