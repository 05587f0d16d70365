package io.imagetransformer.fuzz;

import java.util.Locale;
import java.util.function.Supplier;

import io.imagetransformer.event.EventTarget;
import io.imagetransformer.image.ImageTarget;
import io.imagetransformer.predictor.GrpcV2AnswerTarget;
import io.imagetransformer.predictor.V1AnswerTarget;
import io.imagetransformer.predictor.V2AnswerTarget;

/** All of them; the lower-case name is the one in commands and folders. */
public enum FuzzTargets {
    EVENTS("a Kafka record or HTTP request, headers and body, to the event decoder", EventTarget::new),
    IMAGES("an object's bytes to the header check, and where it passes to the transform", ImageTarget::new),
    V1_ANSWERS("a predictor's answer, V1", V1AnswerTarget::new),
    V2_ANSWERS("a predictor's answer or metadata, V2 over REST", V2AnswerTarget::new),
    GRPC_V2_ANSWERS("a predictor's answer or metadata, V2 over gRPC", GrpcV2AnswerTarget::new);

    private final String what;
    private final Supplier<FuzzTarget> maker;

    FuzzTargets(String what, Supplier<FuzzTarget> maker) {
        this.what = what;
        this.maker = maker;
    }

    /** What goes where, for a person. */
    public String what() {
        return what;
    }

    public FuzzTarget make() {
        return maker.get();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException for a name that is none */
    public static FuzzTargets named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
