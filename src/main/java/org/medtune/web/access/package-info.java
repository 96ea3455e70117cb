/** What stands before every page and resource: security headers, size limits, logins, roles. */
package org.medtune.web.access;
