/**
 * What a site has: models, datasets and adapters below their roots, uploads that are looked at before they are kept,
 * and what is asked of a download. No name leads out of its root. Plain Java: it needs no server.
 */
package org.medtune.catalogue;
