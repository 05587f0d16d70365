package io.imagetransformer.routes;

import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;

import io.imagetransformer.camel.Wiring;

import static org.assertj.core.api.Assertions.assertThat;

class TheIntakeWaitsToBeStartedTest {
    @Test
    void whileTheOtherRoutesRun() throws Exception {
        // Given
        Main main = program("true");

        // When
        main.start();

        // Then
        CamelContext context = main.getCamelContext();
        assertThat(context.getRouteController().getRouteStatus("intake")).isEqualTo(ServiceStatus.Stopped);
        assertThat(context.getRoutes())
                .filteredOn(route -> !route.getRouteId().equals("intake"))
                .isNotEmpty()
                .allSatisfy(route -> assertThat(context.getRouteController().getRouteStatus(route.getRouteId()))
                        .isEqualTo(ServiceStatus.Started));
        main.stop();
    }

    @Test
    void andNoKafkaEndpointIsThereWithoutTheKafkaDoor() throws Exception {
        // Given
        Main main = program("false");

        // When
        main.start();

        // Then
        assertThat(main.getCamelContext().getRoutes()).isNotEmpty();
        assertThat(main.getCamelContext().getEndpoints())
                .extracting(endpoint -> endpoint.getEndpointUri())
                .noneMatch(uri -> uri.startsWith("kafka:"));
        main.stop();
    }

    private static Main program(String kafkaEnabled) {
        Main main = new Main();
        main.setPropertyPlaceholderLocations("classpath:application.properties");
        main.addOverrideProperty("kafka.enabled", kafkaEnabled);
        main.addOverrideProperty("results.topic", kafkaEnabled.equals("true") ? "results" : "");
        main.addOverrideProperty("kafka.brokers", "localhost:1");
        main.addOverrideProperty("http.enabled", "false");
        main.addOverrideProperty("management.enabled", "false");
        main.configure().setRoutesIncludePattern("file:routes/*.camel.yaml");
        main.addMainListener(new Wiring("test"));
        return main;
    }
}
