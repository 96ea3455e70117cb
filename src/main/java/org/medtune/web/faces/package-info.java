/** The beans behind the Faces pages. */
package org.medtune.web.faces;
