/**
 * The demonstration that one Maven command runs: it starts the provisioned server in a process of its own and drives it
 * over REST. A client of the application, not a part of it.
 */
package org.medtune.launcher;
