package org.medtune.chat;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.medtune.adapter.AdapterRecord;
import org.medtune.generation.GenerationEngine;
import org.medtune.generation.GenerationLoad;
import org.medtune.generation.GenerationRequest;
import org.medtune.generation.ModelSession;
import org.medtune.generation.SamplingParameters;
import org.medtune.model.ModelFolder;
import org.medtune.model.Tokenizer;
import org.medtune.ops.BaseModels;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.ModelChoice;
import org.medtune.tensor.ComputeDevice;

/**
 * The chat on the base model of this site, in this process, with a replica of it on every device of the settings. The
 * model's files are opened at the first question or list of models, its weights loaded at the first question; until
 * then the service takes nothing. Closing cancels what is being answered.
 */
public final class ResidentChatService implements ChatService, AutoCloseable {

    /** The id of the base model. */
    static final String BASE = "base";

    private static final long SWEEP_MILLISECONDS = 500;

    private final MedtuneHome home;
    private final BaseModels models;
    private final ChatSettings settings;
    private final Map<String, LiveAnswer> answers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService sweeper;
    /** Read by many, changed under this object's lock; null before the first question. */
    private volatile Site opened;
    private volatile boolean closed;

    /** What belongs to the base model. */
    private record Site(List<ModelChoice> choices, AdapterCatalogue catalogue, Tokenizer tokenizer,
            PromptBuilder prompts, GenerationEngine engine) {}

    /**
     * A service that has loaded nothing yet.
     *
     * @param models the server's, which stay the caller's
     */
    public ResidentChatService(MedtuneHome home, BaseModels models, ChatSettings settings) {
        this.home = home;
        this.models = models;
        this.settings = settings;
        this.sweeper = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "medtune-chat-sweeper");
            thread.setDaemon(true);
            return thread;
        });
        sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_MILLISECONDS, SWEEP_MILLISECONDS, TimeUnit.MILLISECONDS);
    }

    @Override
    public List<ChatModel> models() {
        List<ChatModel> all = new ArrayList<>();
        all.add(new ChatModel(BASE, ChatModel.Kind.BASE));
        all.addAll(site().catalogue().models());
        return List.copyOf(all);
    }

    @Override
    public ChatAnswer ask(ChatRequest request) {
        request.sampling().check();
        Site open = site();
        Optional<AdapterRecord> adapter = request.model().equals(BASE) ? Optional.empty()
                : Optional.of(open.catalogue().open(request.model()).adapterRecord());
        PromptBuilder.Prompt prompt =
                open.prompts().build(request.messages(), adapter, request.sampling().maxNewTokens());
        LiveAnswer answer = new LiveAnswer(UUID.randomUUID().toString(), request, prompt);
        answer.generation(open.engine().submit(
                new GenerationRequest(request.user(), adapter.isEmpty() ? "" : request.model(), prompt.tokenIds(),
                        shortened(request.sampling(), prompt.maxNewTokens()), open.tokenizer().stopIds()),
                answer));
        answers.put(answer.id(), answer);
        return answer;
    }

    @Override
    public void prepare() {
        models.lendAll(site().choices(), () -> closed).forEach(BaseModels.Lease::close);
    }

    @Override
    public boolean prepared() {
        Site open = opened;
        return open != null && open.choices().stream().allMatch(models::isLoaded);
    }

    @Override
    public GenerationLoad load() {
        Site open = opened;
        return open == null ? new GenerationLoad(0, 0, 0) : open.engine().load();
    }

    @Override
    public Optional<ChatAnswer> answer(String id) {
        return Optional.ofNullable(answers.get(id));
    }

    @Override
    public synchronized void close() {
        closed = true;
        sweeper.shutdownNow();
        if (opened != null) {
            opened.engine().close();
            opened.tokenizer().close();
            opened = null;
        }
    }

    private synchronized Site site() {
        if (closed) {
            throw MESSAGES.answersEnded();
        }
        if (opened == null) {
            Path path = home.model(settings.model());
            List<ModelChoice> choices = ModelChoice.automatic(path, ComputeDevice.allNamed(settings.device()));
            ModelFolder folder = ModelFolder.open(path);
            AdapterCatalogue catalogue = new AdapterCatalogue(home, folder);
            Tokenizer tokenizer = Tokenizer.open(path);
            int context = folder.configuration().maxPositionEmbeddings();
            List<Supplier<ModelSession>> replicas = choices.stream()
                    .map(choice -> (Supplier<ModelSession>) () -> new ResidentSession(models.lend(choice), catalogue))
                    .toList();
            GenerationEngine engine = new GenerationEngine(replicas, tokenizer, context, settings.limits());
            opened = new Site(choices, catalogue, tokenizer, new PromptBuilder(tokenizer, context), engine);
        }
        return opened;
    }

    private void sweep() {
        for (LiveAnswer answer : answers.values()) {
            if (answer.unattendedFor(settings.unattended())) {
                answer.cancel();
            } else if (answer.endedFor(settings.keepEnded())) {
                answers.remove(answer.id());
            }
        }
    }

    private static SamplingParameters shortened(SamplingParameters sampling, int maxNewTokens) {
        return new SamplingParameters(sampling.temperature(), sampling.topP(), sampling.topK(),
                sampling.repetitionPenalty(), sampling.seed(), maxNewTokens, sampling.stop());
    }
}
