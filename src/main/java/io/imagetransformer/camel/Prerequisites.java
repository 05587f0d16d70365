package io.imagetransformer.camel;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.config.InvalidSettingException;
import io.imagetransformer.config.Settings;
import io.imagetransformer.storage.S3Clients;

/**
 * What has to be there before events are taken: the events topic, the buckets, the predictor. What is missing is waited
 * for, with one plain line; what only a person can mend (refused credentials, an unknown host) ends the start.
 */
public final class Prerequisites {
    private static final Logger LOGGER = LoggerFactory.getLogger(Prerequisites.class);
    private static final long PAUSE_MILLIS = 500;
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final String TOLD_BY_THE_OUTAGE = "";

    private final CamelContext context;
    private final Settings settings;
    private volatile String waitsFor = "";

    public Prerequisites(CamelContext context, Settings settings) {
        this.context = context;
        this.settings = settings;
    }

    /** One thing to wait for. */
    @FunctionalInterface
    private interface Check {
        /** What is missing, for a person, or nothing; an empty text where a person was told already. */
        Optional<String> missing();
    }

    /**
     * Returns when all is there, or when Camel is stopping.
     *
     * @throws InvalidSettingException for what no waiting mends
     */
    public void await() throws InterruptedException {
        if (settings.kafka().enabled()) {
            try (Admin admin = new KafkaClients(context, settings.kafka().brokers()).admin()) {
                await(() -> topicMissing(admin));
                warnOfMissingTopics(admin);
            }
        }
        requireKnownHost(settings.sourceStore().endpoint());
        requireKnownHost(settings.outputStore().endpoint());
        requireKnownPredictor();
        for (Check check : neighbours()) {
            await(check);
        }
    }

    /** The stores and the predictor, each once. */
    private List<Check> neighbours() {
        S3Client source = context.getRegistry().lookupByNameAndType("sourceS3", S3Client.class);
        S3Client output = context.getRegistry().lookupByNameAndType("outputS3", S3Client.class);
        List<Check> checks = new ArrayList<>();
        for (String bucket : settings.source().buckets()) {
            if (!bucket.equals("*")) {
                checks.add(() -> bucketMissing(source, "source.buckets", bucket));
            }
        }
        checks.add(
                () -> bucketMissing(output, "output.bucket", settings.output().bucket()));
        if (settings.review().below() > 0) {
            checks.add(() ->
                    bucketMissing(output, "review.bucket", settings.review().bucket()));
        }
        checks.add(this::predictorMissing);
        return checks;
    }

    /** What of all that is missing now, for a person: the first thing. Asks each neighbour once, and does not wait. */
    public Optional<String> missing() {
        try {
            for (Check check : neighbours()) {
                Optional<String> missing = check.missing();
                if (missing.isPresent()) {
                    return Optional.of(missing.get().isEmpty() ? "S3 is away" : missing.get());
                }
            }
            return settings.kafka().enabled() ? consumersMissing() : Optional.empty();
        } catch (InvalidSettingException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** As camel-kafka tells of its consumers: whether each has its group's coordinator. */
    private Optional<String> consumersMissing() {
        KafkaConsumer consumer = (KafkaConsumer) context.getRoute("intake").getConsumer();
        return consumer.healthStates().stream()
                .filter(state -> !state.isReady())
                .map(state -> "Kafka: " + state.buildStateMessage())
                .findFirst();
    }

    private void await(Check check) throws InterruptedException {
        String told = TOLD_BY_THE_OUTAGE;
        Optional<String> missing = check.missing();
        while (missing.isPresent() && context.isRunAllowed() && !context.isStopping()) {
            waitsFor = missing.get();
            if (!told.equals(missing.get())) {
                told = missing.get();
                LOGGER.warn("{}", told);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            missing = check.missing();
        }
        waitsFor = "";
    }

    /** What {@link #await()} waits for now, on one line for a person; empty where it waits for nothing or S3 is away. */
    public String waitsFor() {
        return waitsFor;
    }

    private Optional<String> topicMissing(Admin admin) throws InvalidSettingException {
        String topic = settings.events().topic();
        try {
            TopicDescription events =
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
            return settings.deadLetter().create() ? deadLetterMissing(admin, events) : Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.of("the events topic " + topic + " does not exist at "
                        + settings.kafka().brokers() + ": waiting until somebody creates it");
            }
            return kafkaAway(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Not waited for, because most brokers create a topic when something is sent to it. */
    private void warnOfMissingTopics(Admin admin) throws InterruptedException {
        Map<String, String> sentTo = new LinkedHashMap<>();
        if (!settings.results().topic().isEmpty()) {
            sentTo.put("results.topic", settings.results().topic());
        }
        if (!settings.deadLetter().create()) {
            sentTo.put("dead-letter.topic", settings.deadLetter().topic());
        }
        if (sentTo.isEmpty()) {
            return;
        }
        try {
            sentTo.values().removeAll(admin.listTopics().names().get());
        } catch (ExecutionException e) {
            LOGGER.debug("the topics cannot be listed", e);
            return;
        }
        sentTo.forEach((key, topic) -> LOGGER.warn(
                "{}={} does not exist: unless the broker creates it, what is to be told there comes again and again until"
                        + " somebody does",
                key,
                topic));
    }

    private Optional<String> deadLetterMissing(Admin admin, TopicDescription events) throws InterruptedException {
        String topic = settings.deadLetter().topic();
        try {
            if (admin.listTopics().names().get().contains(topic)) {
                return Optional.empty();
            }
            NewTopic deadLetters =
                    new NewTopic(topic, Optional.of(events.partitions().size()), Optional.empty());
            admin.createTopics(List.of(deadLetters)).all().get();
            LOGGER.info(
                    "created the dead letter topic {} with {} partitions",
                    topic,
                    events.partitions().size());
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return Optional.empty();
            }
            return Optional.of("the dead letter topic " + topic + " cannot be created: " + rootMessage(e)
                    + ": trying again; or create it, and set dead-letter.create=false");
        }
    }

    private Optional<String> kafkaAway(ExecutionException e) {
        if (e.getCause() instanceof SslAuthenticationException) {
            throw new InvalidSettingException("Kafka at " + settings.kafka().brokers() + " and we do not agree on TLS: "
                    + rootMessage(e) + "; see tls.ca-file and camel.component.kafka.ssl-*");
        }
        if (e.getCause() instanceof AuthenticationException) {
            throw new InvalidSettingException("Kafka at " + settings.kafka().brokers() + " refuses our credentials: "
                    + rootMessage(e) + "; see camel.component.kafka.*");
        }
        return Optional.of("Kafka at " + settings.kafka().brokers() + " cannot be reached: waiting");
    }

    /** Asked here, because a call to S3 that fails later for this reason is an outage like any other. */
    private static void requireKnownHost(String endpoint) {
        if (endpoint.isEmpty()) {
            return;
        }
        String host = URI.create(endpoint).getHost();
        try {
            InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new InvalidSettingException("s3.endpoint=" + endpoint + " names the unknown host " + host
                    + ": correct it, in output.s3.endpoint if it stands there");
        }
    }

    private void requireKnownPredictor() {
        String host = settings.predictor().host();
        try {
            InetAddress.getByName(URI.create("http://" + host).getHost());
        } catch (UnknownHostException e) {
            throw new InvalidSettingException("predictor.host=" + host + " is an unknown host: correct it");
        }
    }

    private Optional<String> bucketMissing(S3Client s3, String key, String bucket) {
        try {
            s3.headBucket(head -> head.bucket(bucket));
            return Optional.empty();
        } catch (RuntimeException e) {
            AwsServiceException answer = cause(e, AwsServiceException.class);
            boolean refused = answer != null && answer.statusCode() == 403;
            return refused ? refusedBucket(s3, bucket) : missingBucket(answer, e, key, bucket);
        }
    }

    private static Optional<String> missingBucket(
            @Nullable AwsServiceException answer, RuntimeException e, String key, String bucket) {
        if (answer != null && answer.statusCode() == 404) {
            return Optional.of(
                    "the bucket " + bucket + " (" + key + ") does not exist: waiting until somebody creates it");
        }
        boolean toldByTheOutage = answer == null || answer.statusCode() >= 500;
        return Optional.of(toldByTheOutage ? TOLD_BY_THE_OUTAGE : e.getMessage() + ": waiting");
    }

    /** Why, the answer to a HEAD does not tell; and who may not look at the bucket may still be allowed to use it. */
    private static Optional<String> refusedBucket(S3Client s3, String bucket) {
        try {
            s3.listObjectsV2(list -> list.bucket(bucket).maxKeys(1));
        } catch (RuntimeException e) {
            S3Clients.refusedCredentials(e.getCause()).ifPresent(refused -> {
                throw new InvalidSettingException(refused);
            });
        }
        return Optional.empty();
    }

    private Optional<String> predictorMissing() {
        PredictorHealth predictor = context.getRegistry().lookupByNameAndType("predictorHealth", PredictorHealth.class);
        return predictor.trouble().map(trouble -> trouble + ": waiting");
    }

    private static <T extends Throwable> @Nullable T cause(Throwable thrown, Class<T> type) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }

    static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
