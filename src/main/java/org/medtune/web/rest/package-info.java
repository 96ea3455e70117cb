/** The REST resources under {@code /api}, and errors as problem+json (RFC 9457). */
package org.medtune.web.rest;
