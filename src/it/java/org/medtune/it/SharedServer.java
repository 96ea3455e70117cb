package org.medtune.it;

import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests that only talk to a server the same running one, which is stopped after the last of them. */
public final class SharedServer implements ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedServer.class);
    private static final int PORT_OFFSET = Integer.getInteger("medtune.it.port.offset", 210);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == WildFlyServer.class;
    }

    @Override
    public WildFlyServer resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // the session's store closes it when all tests of this process have run; that of the root would after each class
        return context.getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, NAMESPACE).computeIfAbsent("server",
                key -> new WildFlyServer("shared", PORT_OFFSET, Map.of()).start(), WildFlyServer.class);
    }
}
