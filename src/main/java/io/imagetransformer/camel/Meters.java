package io.imagetransformer.camel;

import java.util.Objects;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;

import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.Outcome;
import io.imagetransformer.event.Decoded;

/**
 * What is counted, under {@code image.transformer.}: {@code objects} by outcome (and reason), {@code events.ignored} and
 * {@code events.malformed} by reason, how many {@code instances} each call of the predictor had that was answered, and how
 * many of our neighbours are {@code away}. An object is counted when its
 * batch is committed, so a batch that comes again is counted once.
 */
public final class Meters {
    private static final String PREFIX = "image.transformer.";

    private final MeterRegistry registry;
    private final DistributionSummary instances;

    public Meters(MeterRegistry registry, Outages outages) {
        this.registry = registry;
        registry.gauge(PREFIX + "away", outages, Outages::count);
        instances = registry.summary(PREFIX + "instances");
    }

    void ended(Batch batch) {
        batch.decoded().forEach(decoded -> {
            if (decoded instanceof Decoded.Ignored ignored) {
                count("events.ignored", "reason", ignored.reason().code());
            } else if (decoded instanceof Decoded.Malformed malformed) {
                count("events.malformed", "reason", malformed.reason().code());
            }
        });
        batch.getUploads()
                .map(upload -> upload.outcome())
                .filter(Objects::nonNull)
                .forEach(outcome -> registry.counter(
                                PREFIX + "objects", "outcome", outcome.name(), "reason", reason(outcome))
                        .increment());
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

    private void count(String name, String tag, String value) {
        registry.counter(PREFIX + name, tag, value).increment();
    }
}
