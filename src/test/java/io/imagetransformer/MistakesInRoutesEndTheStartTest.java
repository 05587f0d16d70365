package io.imagetransformer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.camel.RouteNames;
import io.imagetransformer.camel.Wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** A person edits the routes, and compiles nothing: one line says what would otherwise be waited for without end. */
@Timeout(60)
class MistakesInRoutesEndTheStartTest {
    @TempDir
    private Path routes;

    private final Main main = new Main();

    @BeforeEach
    void copyTheShippedRoutes() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, routes.resolve(file.getFileName()));
            }
        }
    }

    @AfterEach
    void stop() {
        main.stop();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                argumentSet(
                        "a step's route",
                        "classify.camel.yaml",
                        "id: fetch-one\n                  uri: direct:fetch-image",
                        "id: fetch-one\n                  uri: direct:fetch-imge",
                        List.of("classify.camel.yaml", "step fetch-one of route classify-chunk", "direct:fetch-imge")),
                argumentSet(
                        "a renamed route",
                        "predict.camel.yaml",
                        "uri: direct:ask-predictor\n      steps",
                        "uri: direct:ask-model\n      steps",
                        List.of("predict.camel.yaml", "step ask of route predict", "direct:ask-predictor")),
                argumentSet(
                        "a name with a setting in it",
                        "predict.camel.yaml",
                        "id: call\n            uri: \"direct:predict-{{predictor.protocol}}\"",
                        "id: call\n            uri: \"direct:predict-x-{{predictor.protocol}}\"",
                        List.of("step call of route ask-predictor", "direct:predict-x-v1")),
                argumentSet(
                        "a name that a bean is given",
                        "predict.camel.yaml",
                        "ask(*, 'direct:predict-{{predictor.protocol}}')",
                        "ask(*, 'direct:predictor-{{predictor.protocol}}')",
                        List.of("step share-call of route predict", "direct:predictor-v1")),
                argumentSet(
                        "a step for failures",
                        "errors.camel.yaml",
                        "- bean:\n                id: image-failed",
                        "- to:\n                id: alert\n                uri: direct:alert\n"
                                + "            - bean:\n                id: image-failed",
                        List.of("step alert of routeConfiguration classify-errors", "direct:alert")),
                argumentSet(
                        "a route that is not started",
                        "classify.camel.yaml",
                        "id: fetch-image\n",
                        "id: fetch-image\n    autoStartup: false\n",
                        List.of("step fetch-one of route classify-chunk", "direct:fetch-image", "autoStartup: false")),
                argumentSet(
                        "a bean",
                        "predict.camel.yaml",
                        "ref: predictorProbe",
                        "ref: predictorProb",
                        List.of("route predict", "predictorProb")),
                argumentSet(
                        "a bean's method",
                        "predict.camel.yaml",
                        "method: judgeRefused",
                        "method: judgeRefusd",
                        List.of("route predict", "judgeRefusd")),
                argumentSet(
                        "a processor",
                        "classify.camel.yaml",
                        "ref: requestObject",
                        "ref: requestObjct",
                        List.of("route fetch-image", "requestObjct")),
                argumentSet(
                        "an endpoint's bean",
                        "classify.camel.yaml",
                        "#sourceS3",
                        "#sourceS33",
                        List.of("route fetch-image", "sourceS33")),
                argumentSet(
                        "a pool",
                        "classify.camel.yaml",
                        "#laneWorkers",
                        "#laneWorkrs",
                        List.of("route classify", "laneWorkrs")),
                argumentSet(
                        "a routeConfiguration",
                        "classify.camel.yaml",
                        "routeConfigurationId: classify-errors",
                        "routeConfigurationId: classify-error",
                        List.of("classify-error")),
                argumentSet(
                        "a pattern that no routeConfiguration has",
                        "classify.camel.yaml",
                        "routeConfigurationId: classify-errors",
                        "routeConfigurationId: classified-*",
                        List.of("classified-*")),
                argumentSet(
                        "the route of a step without an id",
                        "classify.camel.yaml",
                        "id: fetch-one\n                  uri: direct:fetch-image",
                        "uri: direct:fetch-imge",
                        List.of("to in line ", "of route classify-chunk", "direct:fetch-imge")),
                argumentSet(
                        "a rule for repeating", "errors.camel.yaml", "ref: retries", "ref: retris", List.of("retris")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void oneLineNamesThePlaceAndWhatIsMissing(String file, String from, String to, List<String> told)
            throws IOException {
        // Given
        Path edited = routes.resolve(file);
        String text = Files.readString(edited);
        assertThat(text).contains(from);
        Files.writeString(edited, text.replace(from, to));

        // When
        Throwable thrown = catchThrowable(() -> start(Map.of()));

        // Then
        assertThat(thrown).isNotNull();
        assertThat(KafkaImageTransformer.reason(thrown)).contains(told);
    }

    static Stream<Arguments> routesOfATeam() {
        return Stream.of(
                argumentSet("a template", """
                        - routeTemplate:
                            id: copies
                            parameters:
                              - name: in
                            from:
                              uri: "direct:{{in}}"
                              steps:
                                - to:
                                    uri: log:copy
                        - templatedRoute:
                            routeTemplateRef: copies
                            routeId: copy-all
                            parameters:
                              - name: in
                                value: copy
                        - route:
                            from:
                              uri: direct:own
                              steps:
                                - to:
                                    uri: direct:copy
                        """),
                argumentSet("a route that is switched off", """
                        - route:
                            precondition: "{{kafka.enabled}}"
                            from:
                              uri: "seda:{{a.key.that.only.some.have}}"
                              steps:
                                - to:
                                    uri: direct:gone
                        """),
                argumentSet("steps that are disabled", """
                        - route:
                            from:
                              uri: direct:own
                              steps:
                                - to:
                                    uri: direct:gone
                                    disabled: true
                                - filter:
                                    disabled: true
                                    expression:
                                      constant:
                                        expression: "true"
                                    steps:
                                      - to:
                                          uri: direct:gone
                        """),
                argumentSet("a step that may go unserved", """
                        - route:
                            from:
                              uri: direct:own
                              steps:
                                - to:
                                    uri: direct:gone
                                    parameters:
                                      failIfNoConsumers: false
                        """),
                argumentSet("lists with delimiters of their own", """
                        - route:
                            from:
                              uri: direct:own
                              steps:
                                - recipientList:
                                    delimiter: ";"
                                    expression:
                                      constant:
                                        expression: "direct:a; direct:b"
                                - routingSlip:
                                    uriDelimiter: "#"
                                    expression:
                                      constant:
                                        expression: "direct:a#direct:b"
                                - to:
                                    uri: log:direct:foo
                        - route:
                            from:
                              uri: direct:a
                              steps:
                                - to:
                                    uri: log:a
                        - route:
                            from:
                              uri: direct:b
                              steps:
                                - to:
                                    uri: log:b
                        """),
                argumentSet("several routeConfigurations", """
                        - route:
                            routeConfigurationId: "Classify-Errors, serve-*"
                            from:
                              uri: direct:own
                              steps:
                                - to:
                                    uri: log:own
                        """),
                argumentSet("an intercepted name", """
                        - interceptSendToEndpoint:
                            uri: direct:hook
                            skipSendToOriginalEndpoint: "true"
                            steps:
                              - to:
                                  uri: log:hook
                        - route:
                            from:
                              uri: direct:own
                              steps:
                                - to:
                                    uri: direct:hook
                        """));
    }

    @ParameterizedTest
    @MethodSource("routesOfATeam")
    void whatCamelTakesIsNoMistake(String yaml) throws IOException {
        // Given
        Files.writeString(routes.resolve("own.camel.yaml"), yaml);

        // When
        Throwable thrown = catchThrowable(() -> start(Map.of()));

        // Then
        assertThat(thrown).isNull();
    }

    static Stream<Map<String, String>> switches() {
        return Stream.of(
                Map.of("predictor.protocol", "v1"),
                Map.of("predictor.protocol", "v2"),
                Map.of("predictor.protocol", "grpc-v2"),
                Map.of("kafka.enabled", "true"),
                Map.of("kafka.enabled", "true", "results.topic", "results"),
                Map.of("http.enabled", "true", "http.port", "0"));
    }

    @ParameterizedTest
    @MethodSource("switches")
    void aRouteThatIsSwitchedOffIsNotMissing(Map<String, String> settings) {
        // When
        Throwable thrown = catchThrowable(() -> start(settings));

        // Then
        assertThat(thrown).isNull();
    }

    private void start(Map<String, String> settings) throws Exception {
        main.setPropertyPlaceholderLocations("classpath:application.properties");
        main.addOverrideProperty("kafka.enabled", "false");
        main.addOverrideProperty("http.enabled", "false");
        main.addOverrideProperty("management.enabled", "false");
        settings.forEach(main::addOverrideProperty);
        main.configure().setRoutesIncludePattern("file:" + routes + "/*.camel.yaml");
        main.addMainListener(new Wiring("test"));
        main.init();
        RouteNames.requireServed(main.getCamelContext());
        main.start();
    }
}
