package io.imagetransformer.camel;

import java.util.Properties;

import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import io.imagetransformer.config.InvalidSettingException;

/**
 * The Kafka clients that no route starts. Security and whatever else {@code camel.component.kafka.*} says hold for them as
 * for those of the routes: Camel itself makes their properties. Each is the caller's to close.
 */
public final class KafkaClients {
    private static final int TIMEOUT_MILLIS = 5_000;

    private final CamelContext context;
    private final String brokers;

    /** @param brokers {@code host:port}, comma-separated */
    public KafkaClients(CamelContext context, String brokers) {
        this.context = context;
        this.brokers = brokers;
    }

    public String brokers() {
        return brokers;
    }

    /** @throws InvalidSettingException where the brokers cannot be used, whatever one waits */
    public Admin admin() {
        Properties properties = configuration().createConsumerProperties();
        properties.keySet().removeIf(key -> key.toString().contains("deserializer"));
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers);
        properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        return usable(() -> Admin.create(properties));
    }

    /** Joins no group, and commits nothing. Throws as {@link #admin} does. */
    public Consumer<byte[], byte[]> consumer() {
        Properties properties = configuration().createConsumerProperties();
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers);
        properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 2 * TIMEOUT_MILLIS);
        return usable(() -> new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    /** Idempotent; a send is acknowledged when all replicas have it. Throws as {@link #admin} does. */
    public Producer<byte[], byte[]> producer() {
        Properties properties = configuration().createProducerProperties();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return usable(() -> new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    private KafkaConfiguration configuration() {
        return context.getComponent("kafka", KafkaComponent.class).getConfiguration();
    }

    @FunctionalInterface
    private interface Making<C> {
        C make();
    }

    private <C> C usable(Making<C> making) {
        try {
            return making.make();
        } catch (KafkaException e) {
            throw new InvalidSettingException("kafka.brokers=" + brokers + " cannot be used: "
                    + Prerequisites.rootMessage(e) + "; name brokers as host:port, comma-separated");
        }
    }
}
