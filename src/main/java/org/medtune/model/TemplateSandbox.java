package org.medtune.model;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.el.JinjavaNodePreProcessor;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.el.TypeConvertingMapELResolver;
import com.hubspot.jinjava.el.ext.JinjavaListELResolver;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.loader.ResourceNotFoundException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELResolver;

/**
 * Jinjava, set up as Transformers sets up Jinja2 for chat templates ({@code trim_blocks}, {@code lstrip_blocks}, and a
 * function {@code raise_exception}; see {@code _compile_jinja_template} in
 * {@code transformers/utils/chat_template_utils.py}) and fenced in as its {@code ImmutableSandboxedEnvironment} is: a
 * template reaches the values it is given and a handful of filters, and no Java object, file or clock; and it ends.
 */
final class TemplateSandbox {

    /** A hundred long turns of a conversation take some ten thousand. */
    static final long MAXIMUM_STEPS = 200_000;

    /** Far more than any model's context holds. */
    static final long MAXIMUM_CHARACTERS = 4_000_000;

    private static final int MAXIMUM_DEPTH = 20;
    private static final int MAXIMUM_COLLECTION_SIZE = 10_000;

    private static final Set<String> TAGS = Set.of("break", "continue", "elif", "else", "endfor", "endif", "endmacro",
            "endraw", "endset", "for", "if", "macro", "raw", "set");
    private static final Set<String> FILTERS = Set.of("abs", "count", "d", "default", "first", "float", "int", "join",
            "last", "length", "list", "lower", "map", "reject", "rejectattr", "reverse", "round", "safe", "select",
            "selectattr", "string", "sum", "tojson", "trim", "unique", "upper");
    private static final Set<String> FUNCTIONS = Set.of(":namespace", ":range");

    /** Everything that this version of Jinjava brings, less what is allowed; so a newer one brings nothing unasked. */
    private static final Map<Context.Library, Set<String>> DISABLED = disabled();

    private final Jinjava jinjava = new Jinjava(configuration().build());

    TemplateSandbox() {
        jinjava.setResourceLocator((name, encoding, interpreter) -> {
            throw new ResourceNotFoundException("a chat template cannot load " + name);
        });
        jinjava.registerFunction(
                new ELFunctionDefinition("", "raise_exception", TemplateSandbox.class, "raise", String.class));
    }

    /**
     * Renders a template once. May be called by several threads.
     *
     * @return the text, and what was wrong; the text is of no use if anything was
     * @throws StepsExhausted if it took more than {@link #MAXIMUM_STEPS} nodes of the template
     */
    RenderResult render(String template, Map<String, Object> values) {
        JinjavaConfig limited = configuration().withProcessors(stepCounter()).build();
        Context context = new StrictContext(jinjava.getGlobalContextCopy(), values, limited.getDisabled());
        JinjavaInterpreter interpreter =
                limited.getInterpreterFactory().newInstance(jinjava, context, limited);
        try (var current = JinjavaInterpreter.closeablePushCurrent(interpreter).get()) {
            String text = interpreter.render(template);
            return new RenderResult(text, context, interpreter.getErrorsCopy());
        } catch (InterpretException e) {
            return new RenderResult(TemplateError.fromSyntaxError(e), context, interpreter.getErrorsCopy());
        } catch (RuntimeException e) {
            return new RenderResult(TemplateError.fromException(e), context, interpreter.getErrorsCopy());
        } finally {
            context.reset();
        }
    }

    private static JinjavaConfig.Builder configuration() {
        return JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                // What a message says is text; without this, braces in it would be run as a template.
                .withNestedInterpretationEnabled(false)
                .withElResolver(resolver())
                .withDisabled(DISABLED)
                .withEnableRecursiveMacroCalls(false)
                .withMaxRenderDepth(MAXIMUM_DEPTH)
                .withMaxOutputSize(MAXIMUM_CHARACTERS)
                .withMaxStringLength(MAXIMUM_CHARACTERS)
                .withMaxListSize(MAXIMUM_COLLECTION_SIZE)
                .withMaxMapSize(MAXIMUM_COLLECTION_SIZE)
                .withRangeLimit(MAXIMUM_COLLECTION_SIZE);
    }

    private static ELResolver resolver() {
        CompositeELResolver resolver = new CompositeELResolver();
        resolver.add(new JinjavaListELResolver(true));
        resolver.add(new TypeConvertingMapELResolver(true));
        resolver.add(new TemplateObjectResolver(new PythonStringMethods(MAXIMUM_CHARACTERS)));
        return resolver;
    }

    private static JinjavaProcessors stepCounter() {
        JinjavaNodePreProcessor original = new JinjavaNodePreProcessor();
        long[] steps = new long[1];
        return JinjavaProcessors.newBuilder()
                .withNodePreProcessor((node, interpreter) -> {
                    steps[0]++;
                    if (steps[0] > MAXIMUM_STEPS) {
                        throw new StepsExhausted();
                    }
                    original.accept(node, interpreter);
                })
                .build();
    }

    private static Map<Context.Library, Set<String>> disabled() {
        Context everything = new Jinjava().getGlobalContextCopy();
        Map<Context.Library, Set<String>> disabled = new HashMap<>();
        disabled.put(Context.Library.TAG, namesExcept(everything.getAllTags(), TAGS));
        disabled.put(Context.Library.FILTER, namesExcept(everything.getAllFilters(), FILTERS));
        disabled.put(Context.Library.FUNCTION, namesExcept(everything.getAllFunctions(), FUNCTIONS));
        return disabled;
    }

    private static Set<String> namesExcept(Collection<? extends Importable> library, Set<String> allowed) {
        return library.stream()
                .map(Importable::getName)
                .filter(name -> !allowed.contains(name))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The function {@code raise_exception} of Transformers. Public because Jinjava calls it by reflection. */
    public static Object raise(String reason) {
        throw new Refusal(reason);
    }

    /**
     * The way out of a template that goes on for too long. It is an {@link Error}, and only ever thrown through
     * Jinjava, because Jinjava notes every {@link Exception} down and goes on with the next round of the loop.
     */
    static final class StepsExhausted extends Error {

        private static final long serialVersionUID = 1L;

        StepsExhausted() {
            super("more than " + MAXIMUM_STEPS + " steps", null, false, false);
        }
    }

    /**
     * The template called {@code raise_exception}; the message is its argument. Jinjava wraps it, so it is the cause,
     * at some depth, of an error of the result.
     */
    static final class Refusal extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refusal(String reason) {
            super(reason, null, false, false);
        }
    }

    /** Unknown filters and tests are errors, as in Jinja2; Jinjava lets them stand for no value. */
    private static final class StrictContext extends Context {

        StrictContext(Context parent, Map<String, ?> values, Map<Library, Set<String>> disabled) {
            super(parent, values, disabled);
        }

        @Override
        public Filter getFilter(String name) {
            return known(super.getFilter(name), "filter", name);
        }

        @Override
        public ExpTest getExpTest(String name) {
            return known(super.getExpTest(name), "test", name);
        }

        private static <T> T known(T found, String kind, String name) {
            if (found == null) {
                throw new InterpretException("there is no " + kind + " named '" + name + "'");
            }
            return found;
        }
    }
}
