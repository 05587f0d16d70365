package io.imagetransformer.camel;

import org.apache.camel.spi.Registry;

import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.predictor.V2Model;

/** Apart from {@link Wiring}, so that who does not speak gRPC does not load its classes. */
final class GrpcV2Wiring {
    private GrpcV2Wiring() {}

    static void bind(
            Registry registry,
            Settings.Predictor predictor,
            String who,
            Outages outages,
            PredictorProbe probe,
            Meters meters,
            V2Model model) {
        KServeChannel channel = new KServeChannel(predictor);
        registry.bind("kserve", channel);
        registry.bind("predictorHealth", channel);
        registry.bind("grpcV2Predictor", new GrpcV2Predictor(who, outages, probe, meters, model));
    }
}
