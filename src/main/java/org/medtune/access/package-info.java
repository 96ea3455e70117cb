/** Who may do what: roles, users, tokens, limits, and the record of what they do. Knows no web and no container. */
package org.medtune.access;
