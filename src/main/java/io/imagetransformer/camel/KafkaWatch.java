package io.imagetransformer.camel;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.kafka.clients.admin.Admin;

import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;

/**
 * Looks every few seconds whether Kafka is there, and whether a consumer has not come back from its batch. Kafka's clients
 * reconnect by themselves, each with its own lines in the log or none at all: a consumer that waits for events cannot tell a
 * broker that is away from one that has nothing to say.
 */
public final class KafkaWatch extends ServiceSupport {
    private static final long PERIOD_SECONDS = 2;

    private final CamelContext context;
    private final Settings settings;
    private final Outages outages;
    private final String who;
    private final HungBatches hungBatches;
    private Admin admin;
    private ScheduledExecutorService clock;

    /** To be added to the context as a service, which starts and stops it. */
    public KafkaWatch(CamelContext context, Settings settings, Outages outages) {
        this.context = context;
        this.settings = settings;
        this.outages = outages;
        this.who = "Kafka at " + settings.kafka().brokers();
        this.hungBatches = new HungBatches(context, settings.events().maxPollInterval());
    }

    @Override
    protected void doStart() {
        admin = new KafkaClients(context, settings.kafka().brokers()).admin();
        clock = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "kafkaWatch");
        clock.scheduleWithFixedDelay(this::look, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
        // By itself: a task that throws is not run again, and the other must go on.
        clock.scheduleWithFixedDelay(hungBatches::leave, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        long sent = outages.now();
        try {
            admin.describeCluster().nodes().get();
            outages.back(who, sent);
        } catch (ExecutionException e) {
            outages.lost(who, who + " cannot be reached");
        } catch (InterruptedException e) {
            // Camel is stopping.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected void doStop() {
        context.getExecutorServiceManager().shutdownNow(clock);
        admin.close(Duration.ZERO);
    }
}
