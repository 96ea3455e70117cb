package org.medtune.access;

/** Proves again that somebody is who they are, before something that a stolen session should not be able to do. */
@FunctionalInterface
public interface PasswordCheck {

    /**
     * Returns if the password is right; counts as a failed login if not.
     *
     * @param address where the request comes from
     * @throws org.medtune.InvalidInputException if it is wrong
     * @throws org.medtune.ConflictException     if too many were wrong before
     */
    void require(String name, String password, String address);
}
