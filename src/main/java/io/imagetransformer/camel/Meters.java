package io.imagetransformer.camel;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.apache.camel.Exchange;

import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.DeadLetterReason;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.Outcome;
import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.MalformedReason;

/**
 * What is counted, under {@code image.transformer.}: {@code objects} by outcome (and reason), {@code events.ignored} and
 * {@code events.malformed} by reason, how many {@code instances} each call of the predictor had that was answered, and how
 * many of our neighbours are {@code away}. An object is counted when its batch is committed, so a batch that comes again is
 * counted once. Beside them, of HTTP requests, KServe's own histograms, for the dashboards that read them.
 */
public final class Meters {
    private static final String PREFIX = "image.transformer.";

    /** Those of prometheus_client's Histogram. */
    private static final double[] KSERVES_BUCKETS = {.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10};

    private final MeterRegistry registry;
    private final DistributionSummary instances;
    private final Timer preprocess;
    private final Timer predict;
    private final Timer postprocess;

    /** @param model its name, as KServe's dashboards ask for it */
    public Meters(MeterRegistry registry, Outages outages, String model) {
        this.registry = registry;
        registry.gauge(PREFIX + "away", outages, Outages::count);
        instances = registry.summary(PREFIX + "instances");
        preprocess = kserves(registry, "preprocess", "pre-process request latency", model);
        predict = kserves(registry, "predict", "predict request latency", model);
        postprocess = kserves(registry, "postprocess", "post-process request latency", model);
        // Who alerts on growth sees the first failure only of a series that was there before it.
        for (MalformedReason reason : MalformedReason.values()) {
            malformed(reason);
        }
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            if (!reason.stages().contains("decode")) {
                objects("failed", reason.code());
            }
        }
    }

    /** Source: kserve's {@code metrics.py}. */
    private static Timer kserves(MeterRegistry registry, String part, String description, String model) {
        return Timer.builder("request." + part)
                .description(description)
                .tag("model_name", model)
                .serviceLevelObjectives(Arrays.stream(KSERVES_BUCKETS)
                        .mapToObj(seconds -> Duration.ofMillis(Math.round(seconds * 1_000)))
                        .toArray(Duration[]::new))
                .register(registry);
    }

    /** Of an HTTP request, which has times of its own. */
    void ended(Batch batch, Exchange request) {
        ended(batch);
        RequestTimes times = RequestTimes.orNull(request);
        if (times != null) {
            times.end((before, meanwhile, after) -> {
                preprocess.record(before, TimeUnit.NANOSECONDS);
                predict.record(meanwhile, TimeUnit.NANOSECONDS);
                postprocess.record(after, TimeUnit.NANOSECONDS);
            });
        }
    }

    void ended(Batch batch) {
        batch.settledDecoded().forEach(decoded -> {
            if (decoded instanceof Decoded.Ignored ignored) {
                registry.counter(
                                PREFIX + "events.ignored",
                                "reason",
                                ignored.reason().code())
                        .increment();
            } else if (decoded instanceof Decoded.Malformed malformed) {
                malformed(malformed.reason()).increment();
            }
        });
        batch.settledUploads()
                .map(upload -> upload.outcome())
                .filter(Objects::nonNull)
                .forEach(outcome -> objects(outcome.name(), reason(outcome)).increment());
    }

    /** A call of the predictor was answered, or refused. */
    void answered(int instances) {
        this.instances.record(instances);
    }

    private static String reason(Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            return failed.reason();
        }
        return outcome instanceof Outcome.Ignored ignored ? ignored.reason() : "";
    }

    private Counter malformed(MalformedReason reason) {
        return registry.counter(PREFIX + "events.malformed", "reason", reason.code());
    }

    private Counter objects(String outcome, String reason) {
        return registry.counter(PREFIX + "objects", "outcome", outcome, "reason", reason);
    }
}
