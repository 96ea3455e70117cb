/**
 * Makes the OpenAPI document of the REST interface when the application is built, of its resources, their Javadoc, and
 * the jobs' parameters. Nothing of it runs in the server, which serves the document as a file.
 */
package org.medtune.web.openapi;
