package org.medtune.model;

import com.hubspot.jinjava.el.ext.JinjavaBeanELResolver;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.objects.collections.PyList;
import com.hubspot.jinjava.objects.collections.PyMap;
import com.hubspot.jinjava.util.ForLoop;
import java.util.Objects;
import java.util.Set;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.MethodNotFoundException;
import jinjava.javax.el.PropertyNotFoundException;

/**
 * What a chat template may do with an object: nothing, unless it is listed here. Jinjava's own resolver reaches the
 * public members of any Java object by reflection, less a list of forbidden ones; templates come with downloaded
 * models, so the list is turned round.
 */
final class TemplateObjectResolver extends JinjavaBeanELResolver {

    private static final Set<String> LOOP_PROPERTIES =
            Set.of("index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0");
    private static final Set<String> LIST_METHODS =
            Set.of("append", "count", "copy", "extend", "index", "insert", "pop", "reverse");
    private static final Set<String> MAP_METHODS = Set.of("get", "items", "keys", "update", "values");
    private static final Set<String> FILTER_METHODS = Set.of("filter");
    private static final Set<String> TEST_METHODS = Set.of("evaluate", "evaluateNegated");

    private final PythonStringMethods strings;

    TemplateObjectResolver(PythonStringMethods strings) {
        super(true);
        this.strings = strings;
    }

    @Override
    public Object getValue(ELContext context, Object base, Object property) {
        if (base instanceof ForLoop && LOOP_PROPERTIES.contains(String.valueOf(property))) {
            return super.getValue(context, base, property);
        }
        throw new PropertyNotFoundException("there is no property " + property);
    }

    @Override
    public Object invoke(ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
        String name = Objects.toString(method);
        if (base instanceof CharSequence text) {
            Object result;
            try {
                result = strings.call(text.toString(), name, arguments == null ? new Object[0] : arguments);
            } catch (IllegalArgumentException e) {
                // An IllegalArgumentException would be taken for "no value" by the caller, and so go unnoticed.
                throw new MethodNotFoundException(e.getMessage(), e);
            }
            context.setPropertyResolved(true);
            return result;
        }
        if (!methodsOf(base).contains(name)) {
            throw new MethodNotFoundException("there is no method " + name);
        }
        return super.invoke(context, base, method, types, arguments);
    }

    private static Set<String> methodsOf(Object base) {
        if (base instanceof PyList) {
            return LIST_METHODS;
        }
        if (base instanceof PyMap) {
            return MAP_METHODS;
        }
        if (base instanceof Filter) {
            return FILTER_METHODS;
        }
        return base instanceof ExpTest ? TEST_METHODS : Set.of();
    }
}
