/** What monitoring systems ask: whether the server lives, whether it can work, and its figures. */
package org.medtune.web.monitoring;
