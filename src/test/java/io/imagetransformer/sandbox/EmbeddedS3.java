package io.imagetransformer.sandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * An S3 server inside this JVM (S3Proxy), on 127.0.0.1 alone, over HTTP, addressed path-style. It checks signatures
 * (version 4), honours conditional reads and writes, and announces uploads to Kafka in MinIO's format. It is up when
 * {@code start} returns; that takes about a second the first time.
 *
 * <p>Objects lie in memory, or in a folder where they persist between runs. What each cannot do, where AWS can:
 *
 * <table>
 *   <caption>Limits of the store</caption>
 *   <tr><th></th><th>in memory</th><th>in a folder</th></tr>
 *   <tr><td>object versions</td><td>yes</td><td>501</td></tr>
 *   <tr><td>a key that ends in a segment over 218 bytes</td><td>yes, to 1,024 bytes in all</td><td>500</td></tr>
 *   <tr><td>{@code p} beside {@code p/q}</td><td>no: 500</td><td>no: 500</td></tr>
 *   <tr><td>{@code a//b}, {@code /a}</td><td>no: 403</td><td>no: 403</td></tr>
 *   <tr><td>{@code a/./b}, {@code a/../b}</td><td>no: becomes a/b; b or 500</td><td>the same</td></tr>
 *   <tr><td>tags, notification settings by the API</td><td>501</td><td>501</td></tr>
 * </table>
 *
 * <p>A call that is refused before its body was read (a wrong signature, a 501) closes the connection after the answer. A
 * client that keeps connections sees that at its next call, which the SDK repeats unless it is told not to.
 */
public final class EmbeddedS3 implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedS3.class);

    private final int port;
    private String accessKey;
    private String secretKey;
    private final BlobStore store;
    private final BlobStore announced;
    private final @Nullable EventPublisher publisher;
    private final GeneratedBlobStore generated;
    private final GatedBlobStore gate;
    private @Nullable S3Proxy server;

    private EmbeddedS3(Builder settings, int port, BlobStore store) {
        this.port = port;
        this.accessKey = settings.accessKey;
        this.secretKey = settings.secretKey;
        this.store = store;
        if (settings.topic == null) {
            this.publisher = null;
            this.announced = store;
        } else {
            EventPublisher sending = new EventPublisher(settings.bootstrapServers, settings.topic);
            this.publisher = sending;
            this.announced = new NotifyingBlobStore(
                    store, settings.buckets, new MinioEvents(endpoint(), accessKey), sending::publish);
        }
        this.generated = new GeneratedBlobStore(announced);
        this.gate = new GatedBlobStore(generated);
    }

    /** A server that forgets its objects when it is closed. */
    public static Builder inMemory() {
        return new Builder(null);
    }

    /** @param folder where buckets lie, each a folder of its own; created if absent */
    public static Builder inFolder(Path folder) {
        return new Builder(folder);
    }

    /** How the server is to be; {@link #start} starts it. */
    public static final class Builder {
        private final @Nullable Path folder;
        private int port;
        private String accessKey = "sandbox";
        private String secretKey = "sandbox-secret";
        private String bootstrapServers = "";
        private @Nullable String topic;
        private Set<String> buckets = Set.of();

        private Builder(@Nullable Path folder) {
            this.folder = folder;
        }

        /** The port to listen on; 0, the default, takes any free one. */
        public Builder port(int newPort) {
            this.port = newPort;
            return this;
        }

        /** What clients must sign with; {@code sandbox} and {@code sandbox-secret} if not given. */
        public Builder credentials(String newAccessKey, String newSecretKey) {
            this.accessKey = newAccessKey;
            this.secretKey = newSecretKey;
            return this;
        }

        /**
         * Announces what happens to objects, one Kafka record per event, as MinIO does.
         *
         * @param newBootstrapServers need not be up yet: events wait for it, and for the topic
         * @param newTopic never created here
         * @param newBuckets the buckets whose objects are announced; others are silent
         */
        public Builder notifying(String newBootstrapServers, String newTopic, String... newBuckets) {
            this.bootstrapServers = newBootstrapServers;
            this.topic = newTopic;
            this.buckets = Set.of(newBuckets);
            return this;
        }

        /** @throws IllegalStateException where the port is in use or the folder cannot be; nothing is left running */
        public EmbeddedS3 start() {
            int claimed = LoopbackPorts.claim(port, "The S3 server");
            EmbeddedS3 s3 = new EmbeddedS3(this, claimed, store());
            try {
                s3.startAgain();
                return s3;
            } catch (RuntimeException e) {
                s3.close();
                throw e;
            }
        }

        private BlobStore store() {
            if (folder == null) {
                return new TransientNio2BlobStore();
            }
            try {
                return new FilesystemNio2BlobStore(
                        Files.createDirectories(folder.toAbsolutePath()).toString());
            } catch (IOException e) {
                throw new UncheckedIOException("The S3 server cannot use its data folder " + folder, e);
            }
        }
    }

    /** {@code http://127.0.0.1:port}; the same before and after an outage. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    public String accessKey() {
        return accessKey;
    }

    public String secretKey() {
        return secretKey;
    }

    /** A client with the right credentials, which the caller closes. */
    public S3Client client() {
        return client(endpoint(), accessKey, secretKey);
    }

    /** A client for any S3 server that is addressed path-style, which the caller closes. */
    public static S3Client client(URI endpoint, String accessKey, String secretKey) {
        return clientBuilder(endpoint, accessKey, secretKey).build();
    }

    /** As above, without the SDK's own retries: a refusal shows at once, and once. */
    public static S3Client impatientClient(URI endpoint, String accessKey, String secretKey) {
        return clientBuilder(endpoint, accessKey, secretKey)
                .overrideConfiguration(overrides -> overrides.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    private static S3ClientBuilder clientBuilder(URI endpoint, String accessKey, String secretKey) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)));
    }

    /** Creates those of the buckets that are missing, outage or not. */
    public void createBuckets(String... names) {
        for (String name : names) {
            if (!store.containerExists(name)) {
                store.createContainer(name);
            }
        }
    }

    /**
     * Puts an object by the back door: no signature, no refusal, and during an outage, too. It is announced as any other.
     */
    public void put(String bucket, String key, byte[] content) {
        announced.putBlob(
                PutObjectRequest.builder()
                        .bucket(bucket)
                        .key(key)
                        .contentType("image/png")
                        .contentLength((long) content.length)
                        .build(),
                new ByteArrayInputStream(content));
    }

    /** Deletes an object by the back door; that is announced, too. */
    public void delete(String bucket, String key) {
        announced.removeBlob(
                DeleteObjectRequest.builder().bucket(bucket).key(key).build());
    }

    /** Deletes an object by the back door, and nobody hears of it. */
    public void forget(String bucket, String key) {
        store.removeBlob(bucket, key);
    }

    /** Deletes a bucket that is empty, by the back door. */
    public void delete(String bucket) {
        store.deleteBucket(bucket);
    }

    /** The keys of a bucket, seen by the back door; none where there is no such bucket. */
    public Set<String> keys(String bucket) {
        Set<String> keys = new TreeSet<>();
        if (!store.containerExists(bucket)) {
            return keys;
        }
        String token = null;
        do {
            ListObjectsV2Response page = store.list(ListObjectsV2Request.builder()
                    .bucket(bucket)
                    .continuationToken(token)
                    .build());
            page.contents().forEach(object -> keys.add(object.key()));
            token = page.nextContinuationToken();
        } while (token != null);
        return keys;
    }

    /** Whether there is such an object, seen by the back door. */
    public boolean has(String bucket, String key) {
        return store.containerExists(bucket) && store.blobExists(bucket, key);
    }

    /** The object's bytes, read by the back door. */
    public byte[] bytes(String bucket, String key) {
        try (InputStream content = store.getBlob(bucket, key)) {
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The object's user metadata, names without {@code x-amz-meta-}, read by the back door. */
    public Map<String, String> userMetadata(String bucket, String key) {
        return store.blobMetadata(bucket, key).metadata();
    }

    /** Asks for other credentials from now on: signatures made with the former ones are refused. A short outage. */
    public void rotateCredentials(String newAccessKey, String newSecretKey) {
        stop();
        accessKey = newAccessKey;
        secretKey = newSecretKey;
        startAgain();
    }

    /** From now on refuses every call. Replaces the refusal before it. */
    public void refuse(S3Refusal how) {
        refuse(how, 1, call -> true);
    }

    /**
     * From now on refuses some calls. Replaces the refusal before it.
     *
     * @param fraction of the calls, drawn by lot: 0 is none, 1 is all
     */
    public void refuse(S3Refusal how, double fraction) {
        refuse(how, fraction, call -> true);
    }

    /**
     * From now on refuses some of the calls that fit. Replaces the refusal before it.
     *
     * @param which asked once per call, from many threads
     */
    public void refuse(S3Refusal how, double fraction, Predicate<S3Call> which) {
        gate.refuse(how, fraction, which);
    }

    /** Ends the refusals. */
    public void heal() {
        gate.refuseNothing();
    }

    /**
     * From now on shows each call to an observer before it is worked or refused: to count, to hold a call back, or to
     * replace an object at the worst moment. Replaces the observer before it. Runs on the server's threads.
     */
    public void observe(Consumer<S3Call> observer) {
        gate.observe(observer);
    }

    /** From now on some objects are made and taken by {@code objects} instead of the store; null ends that. */
    public void generate(@Nullable GeneratedObjects objects) {
        generated.generate(objects);
    }

    /**
     * Waits until every event so far is in the topic.
     *
     * @throws IllegalStateException where that takes more than ten seconds
     */
    public void flushNotifications() {
        if (publisher != null) {
            publisher.flush();
        }
    }

    /** Whether it answers, that is: not between {@link #stop} and {@link #startAgain}. */
    public boolean isRunning() {
        return server != null;
    }

    /** Begins an outage: clients see refused connections. The objects stay. Does nothing when stopped already. */
    public void stop() {
        S3Proxy running = server;
        server = null;
        if (running != null) {
            stop(running);
        }
    }

    /**
     * Ends an outage: the same objects, the same port.
     *
     * @throws IllegalStateException where it is running, or where something else has taken the port
     */
    public void startAgain() {
        if (server != null) {
            throw new IllegalStateException("the S3 server is running already");
        }
        LoopbackPorts.claim(port, "The S3 server");
        S3Proxy starting = S3Proxy.builder()
                .blobStore(gate)
                .endpoint(endpoint())
                .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                // Headers that newer clients send and S3Proxy does not know are no reason to answer 501.
                .ignoreUnknownHeaders(true)
                .stopTimeout(0)
                .build();
        try {
            starting.start();
        } catch (Exception e) {
            stop(starting);
            throw new IllegalStateException("the S3 server did not start on port " + port + ": " + e.getMessage(), e);
        }
        server = starting;
    }

    private static void stop(S3Proxy running) {
        try {
            running.stop();
        } catch (Exception e) {
            LOGGER.atWarn().setCause(e).log("the S3 server did not stop cleanly");
        }
    }

    /** Stops the server and sends the events that wait. Never throws; may be repeated. */
    @Override
    public void close() {
        stop();
        if (publisher != null) {
            publisher.close();
        }
        store.close();
    }
}
