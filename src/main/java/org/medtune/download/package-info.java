/**
 * Fetches repositories of models and datasets from hubs over HTTP: their lists of files, transfers that can be taken up
 * again, checksums, and a folder that is there whole or not at all. Plain Java: it needs no server.
 */
package org.medtune.download;
