rem Read by standalone.bat before it starts the server. See standalone.conf for what the settings mean.

for %%I in ("%JBOSS_HOME%\..\..") do set "MEDTUNE_PROJECT=%%~fI"
if not exist "%MEDTUNE_PROJECT%\batch-jobs\fine-tune.xml" (
  if "x%MEDTUNE_HOME%" == "x" (
    echo This server is not in its project's target folder: set MEDTUNE_HOME, MEDTUNE_MODELS and MEDTUNE_DATA.
    exit 1
  )
)
if "x%MEDTUNE_HOME%" == "x" set "MEDTUNE_HOME=%MEDTUNE_PROJECT%\var"
if "x%MEDTUNE_MODELS%" == "x" set "MEDTUNE_MODELS=%MEDTUNE_PROJECT%\models"
if "x%MEDTUNE_DATA%" == "x" set "MEDTUNE_DATA=%MEDTUNE_PROJECT%\data"

if not exist "%MEDTUNE_HOME%\users" mkdir "%MEDTUNE_HOME%\users"
set "MEDTUNE_SERVER_SUFFIX="
if not "x%MEDTUNE_SERVER_NAME%" == "x" set "MEDTUNE_SERVER_SUFFIX=-%MEDTUNE_SERVER_NAME%"
if not exist "%MEDTUNE_HOME%\log%MEDTUNE_SERVER_SUFFIX%" mkdir "%MEDTUNE_HOME%\log%MEDTUNE_SERVER_SUFFIX%"
for %%F in (mgmt-users mgmt-groups application-users application-roles) do (
  if not exist "%MEDTUNE_HOME%\users\%%F.properties" copy "%JBOSS_HOME%\standalone\configuration\%%F.properties" "%MEDTUNE_HOME%\users" > nul
)

if "x%JBOSS_JAVA_SIZING%" == "x" set "JBOSS_JAVA_SIZING=-Xms128m -Xmx2g"
if "x%JDK_SERIAL_FILTER%" == "x" set "JDK_SERIAL_FILTER=maxbytes=10485760;maxdepth=128;maxarray=100000;maxrefs=300000"
if "x%JAVA_OPTS%" == "x" set "JAVA_OPTS=%JBOSS_JAVA_SIZING% -Djava.net.preferIPv4Stack=true -Djboss.modules.system.pkgs=org.jboss.byteman -Djava.awt.headless=true --enable-native-access=ALL-UNNAMED"

if "%MEDTUNE_LOG_FORMAT%" == "json" set "JAVA_OPTS=%JAVA_OPTS% -Dmedtune.log.json=true -Dmedtune.log.text=false"

set "JBOSS_LOG_DIR=%MEDTUNE_HOME%\log%MEDTUNE_SERVER_SUFFIX%"
set JAVA_OPTS=%JAVA_OPTS% "-Dmedtune.home=%MEDTUNE_HOME%" "-Dmedtune.models=%MEDTUNE_MODELS%" "-Dmedtune.data=%MEDTUNE_DATA%" "-Djboss.server.data.dir=%MEDTUNE_HOME%\server-data%MEDTUNE_SERVER_SUFFIX%" "-Djboss.server.log.dir=%JBOSS_LOG_DIR%"
if not "x%MEDTUNE_MORE_FOLDERS%" == "x" set JAVA_OPTS=%JAVA_OPTS% "-Dmedtune.more.folders=%MEDTUNE_MORE_FOLDERS%"
if not "x%MEDTUNE_SERVER_NAME%" == "x" set JAVA_OPTS=%JAVA_OPTS% "-Djboss.node.name=%MEDTUNE_SERVER_NAME%"
