package org.medtune.web.rest;

/** Who makes the present request. */
public interface CurrentUser {

    /**
     * A name that is the same in every request of that user and of nobody else.
     */
    String name();
}
