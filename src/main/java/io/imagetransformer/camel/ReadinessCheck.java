package io.imagetransformer.camel;

import java.util.Map;

import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** {@link Readiness} as one of Camel's checks, under {@code /observe/health/ready}. */
public final class ReadinessCheck extends AbstractHealthCheck {
    private final Readiness readiness;

    public ReadinessCheck(Readiness readiness) {
        super("image-transformer", "neighbours");
        this.readiness = readiness;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        readiness.missing().ifPresentOrElse(why -> builder.message(why).down(), builder::up);
    }
}
