#!/bin/sh
# Checks an audit log's chain: verify-audit.sh FOLDER [HASH]
#
# FOLDER  the log's: audit/ in MEDTUNE_HOME, or a copy of it
# HASH    that of a line which was the log's end before: tells whether the log was shortened since
#
# Tells the last line's number and hash. Ends with 0 if all is well, 1 if not.
HERE=`dirname "$0"`
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$HERE/medtune-audit.jar" org.medtune.audit.VerifyAudit "$@"
