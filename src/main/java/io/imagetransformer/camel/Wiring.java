package io.imagetransformer.camel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.Properties;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.aws2.s3.AWS2S3Component;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyConfiguration;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.RoutePolicyFactory;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.config.InvalidSettingException;
import io.imagetransformer.config.SettingSources;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.BatchLimits;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.Relabelled;
import io.imagetransformer.event.DecoderLimits;
import io.imagetransformer.event.EventDecoder;
import io.imagetransformer.event.SourcePolicy;
import io.imagetransformer.image.ImageTransform;
import io.imagetransformer.image.Tensor;
import io.imagetransformer.storage.GetObjectRequests;
import io.imagetransformer.storage.KeyLayout;
import io.imagetransformer.storage.S3Clients;

/** Puts the beans that the routes name into Camel's registry, made from the settings. */
public final class Wiring extends MainListenerSupport {
    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(10);

    private final String version;

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
        Settings settings = Settings.read(key -> context.resolvePropertyPlaceholders("{{" + key + ":}}"));
        requireFreeManagementPort(context);
        Properties derived = new Properties();
        derived.setProperty("predictor.url", settings.predictor().baseUrl());
        context.getPropertiesComponent().setInitialProperties(derived);
        bind(context, settings);
    }

    /** Camel's own server only warns when its port is taken, and the program would run on without health and metrics. */
    private static void requireFreeManagementPort(CamelContext context) {
        if (!Boolean.parseBoolean(context.resolvePropertyPlaceholders("{{management.enabled}}"))) {
            return;
        }
        String port = context.resolvePropertyPlaceholders("{{management.port}}");
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new InvalidSettingException("management.port=" + port + " is no port: give a number from 0 to 65535");
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(Integer.parseInt(port)));
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "management.port=" + port + " is in use: choose another, or set management.enabled=false");
        }
    }

    private void bind(CamelContext context, Settings settings) {
        Registry registry = context.getRegistry();
        Outages outages = new Outages();
        PrometheusMeterRegistry meterRegistry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        BatchLimits limits = BatchLimits.of(
                settings.predictor().concurrency(),
                settings.batch().maxImages(),
                settings.batch().maxBytes(),
                settings.image().width()
                        * settings.image().height()
                        * settings.image().channels(),
                settings.image().maxBytes());
        Retries retries = new Retries(patience(settings.events().hold()), outages);
        int workers = settings.batch().parallelism();

        registry.bind("settings", settings);
        registry.bind("outages", outages);
        registry.bind("metricsRegistry", meterRegistry);
        context.addRoutePolicyFactory(routeTimers(meterRegistry));
        registry.bind("aws2-s3", s3Component(context));
        S3Client sourceS3 = S3Clients.create(settings.sourceStore(), workers + 2, outages);
        boolean oneStore = settings.outputStore().equals(settings.sourceStore());
        registry.bind("sourceS3", sourceS3);
        registry.bind("outputS3", oneStore ? sourceS3 : S3Clients.create(settings.outputStore(), workers + 2, outages));
        registry.bind(
                "imageWorkers", context.getExecutorServiceManager().newFixedThreadPool(this, "imageWorkers", workers));
        registry.bind("laneWorkers", context.getExecutorServiceManager().newCachedThreadPool(this, "laneWorkers"));
        registry.bind(
                "kafkaBatches",
                new KafkaBatches(
                        new EventDecoder(DecoderLimits.defaults()),
                        new SourcePolicy(settings.source().buckets(), settings.outputBuckets()),
                        limits,
                        settings.events().hold(),
                        new Meters(meterRegistry, outages)));
        Uploads uploads = new Uploads(new GetObjectRequests(settings.image().maxBytes()), new Relabelled());
        registry.bind("uploads", uploads);
        registry.bind("requestObject", (Processor) uploads::request);
        registry.bind("filedImages", new FiledImages(uploads));
        registry.bind(
                "imageTransformProcessor",
                new ImageTransformProcessor(
                        new ImageTransform(settings.image()), settings.image().maxBytes()));
        String predictor = "predictor " + settings.predictor().baseUrl();
        PredictorProbe probe = new PredictorProbe(blank(settings), predictor, outages);
        registry.bind("predictorProbe", probe);
        registry.bind("v1Predictor", new V1Predictor(predictor, outages, probe));
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

    /**
     * Without the bucket check that each endpoint makes when it starts: a store that is away then would end the start,
     * while a bucket that is missing later is waited for. The component leaves the check out where a file name is given;
     * the name itself is used by consumers only.
     */
    private static AWS2S3Component s3Component(CamelContext context) {
        AWS2S3Component component = new AWS2S3Component(context);
        component.getConfiguration().setFileName("unused");
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
}
