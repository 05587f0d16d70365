package io.imagetransformer.camel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutorService;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.component.aws2.s3.AWS2S3Component;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyConfiguration;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.spi.ThreadPoolProfile;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.config.CaFile;
import io.imagetransformer.config.InvalidSettingException;
import io.imagetransformer.config.SettingSources;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.BatchLimits;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.Relabelled;
import io.imagetransformer.delivery.SharedCalls;
import io.imagetransformer.event.DecoderLimits;
import io.imagetransformer.event.EventDecoder;
import io.imagetransformer.event.SourcePolicy;
import io.imagetransformer.image.ImageTransform;
import io.imagetransformer.image.Tensor;
import io.imagetransformer.predictor.V2Model;
import io.imagetransformer.serve.Admission;
import io.imagetransformer.serve.Answers;
import io.imagetransformer.serve.CloudEventReplies;
import io.imagetransformer.serve.DataPlane;
import io.imagetransformer.storage.GetObjectRequests;
import io.imagetransformer.storage.KeyLayout;
import io.imagetransformer.storage.S3Clients;

/** Puts the beans that the routes name into Camel's registry, made from the settings. */
public final class Wiring extends MainListenerSupport {
    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(10);

    private final String version;
    private @Nullable CaFile caFile;

    /** @param version of this program, for dead letters */
    public Wiring(String version) {
        this.version = version;
    }

    /** Overrides win: they hold environment and system properties already, see {@link SettingSources}. */
    @Override
    public void beforeInitialize(BaseMainSupport main) {
        PropertiesComponent properties =
                (PropertiesComponent) main.getCamelContext().getPropertiesComponent();
        properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
        properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_FALLBACK);
    }

    @Override
    public void beforeConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        Settings settings = Settings.read(key -> valueOf(key, context));
        requireFreePorts(settings);
        if (!settings.tls().caFile().isEmpty()) {
            // Before the first client is made.
            caFile = CaFile.trust(settings.tls().caFile());
        }
        Properties derived = new Properties();
        derived.setProperty("predictor.url", settings.predictor().baseUrl());
        derived.setProperty("predictor.v2-url", settings.predictor().v2Url());
        context.getPropertiesComponent().setInitialProperties(derived);
        bind(context, settings);
    }

    /** What is before a colon may be a function, and Camel looks through all jars for one of that name. */
    private static String valueOf(String key, CamelContext context) {
        return Objects.requireNonNullElse(context.resolvePropertyPlaceholders("{{?" + key + "}}"), "");
    }

    @Override
    public void afterStop(BaseMainSupport main) {
        if (caFile != null) {
            caFile.close();
        }
    }

    /** A server only warns when its port is taken, and the program would run on without it. */
    private static void requireFreePorts(Settings settings) {
        if (settings.management().enabled()) {
            requireFreePort("management.port", settings.management().port(), "management.enabled");
        }
        if (settings.http().enabled()) {
            requireFreePort("http.port", settings.http().port(), "http.enabled");
            if (settings.management().enabled()
                    && settings.management().port() == settings.http().port()
                    && settings.http().port() != 0) {
                throw new InvalidSettingException(
                        "http.port=" + settings.http().port() + " is management.port, too: choose another");
            }
        }
    }

    private static void requireFreePort(String key, int port, String switchedBy) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(port));
        } catch (IOException e) {
            throw new InvalidSettingException(
                    key + "=" + port + " is in use: choose another, or set " + switchedBy + "=false");
        }
    }

    private void bind(CamelContext context, Settings settings) {
        Registry registry = context.getRegistry();
        Outages outages = new Outages(settings.events().maxPollInterval());
        PrometheusMeterRegistry meterRegistry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        BatchLimits limits = BatchLimits.of(
                settings.predictor().concurrency(),
                settings.batch().maxImages(),
                settings.batch().maxBytes(),
                settings.image().width()
                        * settings.image().height()
                        * settings.image().channels(),
                settings.image().maxBytes());
        EventDecoder decoder = new EventDecoder(DecoderLimits.defaults());
        SourcePolicy policy = new SourcePolicy(settings.source().buckets(), settings.outputBuckets());
        Meters meters = new Meters(meterRegistry, outages, settings.predictor().modelName());
        ImageTransform transform = new ImageTransform(settings.image());
        Retries retries = new Retries(patience(settings.events().hold()), outages);
        int workers = settings.batch().parallelism();

        registry.bind("settings", settings);
        registry.bind("outages", outages);
        registry.bind("metricsRegistry", meterRegistry);
        context.addRoutePolicyFactory(routeTimers(meterRegistry));
        context.addRoutePolicyFactory((camel, id, route) -> id.equals("predict") ? new RequestTimes.Policy() : null);
        registry.bind("aws2-s3", s3Component(context));
        S3Client sourceS3 = S3Clients.create(settings.sourceStore(), workers + 2, outages);
        boolean oneStore = settings.outputStore().equals(settings.sourceStore());
        registry.bind("sourceS3", sourceS3);
        registry.bind("outputS3", oneStore ? sourceS3 : S3Clients.create(settings.outputStore(), workers + 2, outages));
        registry.bind("imageWorkers", imageWorkers(context, workers));
        registry.bind("laneWorkers", context.getExecutorServiceManager().newCachedThreadPool(this, "laneWorkers"));
        registry.bind(
                "kafkaBatches",
                new KafkaBatches(decoder, policy, limits, settings.events().hold(), meters));
        Uploads uploads = new Uploads(
                new GetObjectRequests(settings.image().maxBytes()),
                new Relabelled(),
                S3Clients.name(settings.sourceStore()),
                outages);
        registry.bind("uploads", uploads);
        registry.bind("requestObject", (Processor) uploads::request);
        registry.bind("filedImages", new FiledImages(uploads));
        registry.bind(
                "imageTransformProcessor",
                new ImageTransformProcessor(
                        transform,
                        settings.image().maxBytes(),
                        settings.sourceStore().timeout(),
                        settings.sourceStore().isEncrypted(),
                        S3Clients.name(settings.sourceStore()),
                        outages));
        PredictorProbe probe = new PredictorProbe(blank(settings), who(settings.predictor()), outages);
        registry.bind("predictorProbe", probe);
        bindPredictor(registry, settings, outages, probe, meters);
        registry.bind("callSharing", new CallSharing(context.createProducerTemplate()));
        registry.bind(
                "imageFacts",
                new ImageFacts(
                        new KeyLayout(settings.output().keyLayout()),
                        settings.output(),
                        settings.predictor().modelName(),
                        Clock.systemUTC()));
        registry.bind(
                "results", new Results(Clock.systemUTC(), settings.predictor().modelName()));
        registry.bind("deadLetters", new DeadLetters(Clock.systemUTC(), version));
        registry.bind("retries", retries);
        registry.bind("chooseDelay", (Processor) retries::chooseDelay);

        Readiness readiness = new Readiness();
        registry.bind("readiness", readiness);
        registry.bind("readinessCheck", new ReadinessCheck(readiness));
        Admission admission =
                new Admission(settings.http().maxConcurrency(), settings.http().maxMemory());
        registry.bind("admission", admission);
        HttpDoorServer server = new HttpDoorServer(settings.http(), admission, outages);
        registry.bind("httpDoorServer", server);
        registry.bind(
                "httpDoor",
                new HttpDoor(
                        new DataPlane(
                                settings.predictor().modelName(),
                                decoder,
                                policy,
                                readiness::missing,
                                meterRegistry::scrape),
                        new Answers(
                                settings.predictor().modelName(),
                                new CloudEventReplies(
                                        settings.cloudEvents().type(),
                                        settings.cloudEvents().source(),
                                        settings.cloudEvents().merge(),
                                        Clock.systemUTC())),
                        server,
                        admission,
                        new SharedCalls(settings.http().batchWait(), limits),
                        settings.http(),
                        limits,
                        transform,
                        meters));
    }

    /** Before the routes, which listen at it. */
    @Override
    public void afterConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        Settings settings = context.getRegistry().lookupByNameAndType("settings", Settings.class);
        if (settings.http().enabled()) {
            try {
                context.addService(
                        context.getRegistry().lookupByNameAndType("httpDoorServer", HttpDoorServer.class), true, true);
            } catch (Exception e) {
                throw new IllegalStateException("the HTTP door cannot be opened", e);
            }
        }
    }

    /** A timer per route, but for those that run for every image: they cost 4 % of the throughput. */
    private static RoutePolicyFactory routeTimers(MeterRegistry meterRegistry) {
        MicrometerRoutePolicyConfiguration configuration = new MicrometerRoutePolicyConfiguration();
        configuration.setContextEnabled(false);
        configuration.setExcludePattern("fetch-image,file-image");
        MicrometerRoutePolicyFactory factory = new MicrometerRoutePolicyFactory();
        factory.setMeterRegistry(meterRegistry);
        factory.setPolicyConfiguration(configuration);
        return factory;
    }

    /** The predictor, for a person: what its outages are told under. */
    private static String who(Settings.Predictor predictor) {
        boolean grpc = predictor.protocol() == Settings.Protocol.GRPC_V2;
        return "predictor " + (grpc ? predictor.host() : predictor.baseUrl());
    }

    private static void bindPredictor(
            Registry registry, Settings settings, Outages outages, PredictorProbe probe, Meters meters) {
        Settings.Predictor predictor = settings.predictor();
        String who = who(predictor);
        registry.bind("boundedAnswers", new BoundedAnswers(predictor.timeout()));
        V2Model model = new V2Model(predictor.v2(), settings.image());
        switch (predictor.protocol()) {
            case V1 -> {
                registry.bind("v1Predictor", new V1Predictor(who, outages, probe, meters));
                String url = predictor.baseUrl() + "/v1/models/" + predictor.modelName();
                registry.bind("predictorHealth", new HttpPredictorHealth(url, false));
            }
            case V2 -> {
                registry.bind("v2Predictor", new V2Predictor(who, outages, probe, meters, model));
                registry.bind("predictorHealth", new HttpPredictorHealth(predictor.v2Url() + "/ready", true));
            }
            case GRPC_V2 -> GrpcV2Wiring.bind(registry, predictor, who, outages, probe, meters, model);
        }
    }

    /**
     * Without the bucket check that each endpoint makes when it starts: a store that is away then would end the start,
     * while a bucket that is missing later is waited for. The component leaves the check out where a file name is given;
     * the name itself is used by consumers only.
     *
     * <p>Objects are put under the key that {@link ImageFacts} found. As a key name it is evaluated once, whatever the key
     * holds; the header {@code CamelAwsS3Key} is evaluated by 4.18.0, and no more from 4.18.5 on (CVE-2026-95664).
     */
    private static AWS2S3Component s3Component(CamelContext context) {
        AWS2S3Component component = new AWS2S3Component(context);
        component.getConfiguration().setFileName("unused");
        component.getConfiguration().setKeyName("${variable.destinationKey}");
        return component;
    }

    /** Long enough for a hiccup of the store, and a small part of the time that all chunks have. */
    private static Duration patience(Duration hold) {
        Duration part = hold.dividedBy(4);
        return part.compareTo(LONGEST_PATIENCE) < 0 ? part : LONGEST_PATIENCE;
    }

    private static Tensor blank(Settings settings) {
        int height = settings.image().height();
        int width = settings.image().width();
        int channels = settings.image().channels();
        return new Tensor(height, width, channels, new double[height * width * channels]);
    }

    /** A pool of Camel's holds 1,000 tasks; beyond, who brings one works on it, and the store has more calls than connections. */
    private ExecutorService imageWorkers(CamelContext context, int workers) {
        ThreadPoolProfile all = new ThreadPoolProfileBuilder("imageWorkers")
                .poolSize(workers)
                .maxPoolSize(workers)
                .maxQueueSize(Integer.MAX_VALUE)
                .build();
        return context.getExecutorServiceManager().newThreadPool(this, all.getId(), all);
    }
}
