package io.imagetransformer.routes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.camel.Wiring;

import static org.assertj.core.api.Assertions.assertThat;

/** What every route file promises to whoever edits it, checked without starting a route. */
class RoutesAreCanonicalTest {
    private static final Set<String> LANGUAGES =
            Set.of("simple", "constant", "jsonpath", "header", "variable", "exchangeProperty", "groovy");
    private static final Set<String> HOLD_A_LANGUAGE = Set.of("expression", "retryWhile", "handled", "continued");
    private static final Pattern KEBAB_CASE = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}:]+)}}");
    private static final Pattern BEAN = Pattern.compile("\\$\\{bean:([A-Za-z0-9]+)\\?method=([A-Za-z0-9]+)}");

    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(VersionFlag.V4)
            .getSchema(RoutesAreCanonicalTest.class.getResourceAsStream("/schema/camelYamlDsl.json"));

    static List<Path> files() {
        return RouteFiles.all();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileIsValidByCamelsOwnSchema(Path file) {
        // Given
        JsonNode routes = new JsonMapper().valueToTree(RouteFiles.tree(file));

        // When
        Set<ValidationMessage> messages = SCHEMA.validate(routes);

        // Then
        assertThat(messages).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void noFileUsesTheCompactNotation(Path file) {
        // Given
        List<Object> elements = RouteFiles.list(RouteFiles.tree(file));
        List<String> compact = new ArrayList<>();

        // When
        elements.forEach(element -> RouteFiles.map(element).keySet().stream()
                .filter(key -> !Set.of("route", "routeConfiguration").contains(key))
                .forEach(compact::add));
        RouteFiles.walk(elements, (key, value) -> {
            if (value instanceof Map<?, ?> map && !HOLD_A_LANGUAGE.contains(key)) {
                map.keySet().stream()
                        .filter(LANGUAGES::contains)
                        .forEach(language -> compact.add(key + " holds " + language + " without expression"));
            }
            if (LANGUAGES.contains(key) && !(value instanceof Map)) {
                compact.add(key + ": " + value);
            }
            if (key.equals("steps")) {
                RouteFiles.list(value).stream()
                        .map(RouteFiles::map)
                        .filter(step ->
                                step.size() != 1 || !(step.values().iterator().next() instanceof Map))
                        .forEach(step -> compact.add("step " + step));
            }
        });

        // Then
        assertThat(compact).isEmpty();
    }

    @Test
    void everyRouteHasAnIdAndADescription() {
        // Given
        List<Map<String, Object>> routes = elements("route", "routeConfiguration");

        // When
        List<Map<String, Object>> anonymous = routes.stream()
                .filter(route -> !(route.get("id") instanceof String && route.get("description") instanceof String))
                .toList();

        // Then
        assertThat(routes).hasSizeGreaterThan(8);
        assertThat(anonymous).isEmpty();
    }

    @Test
    void everyStepHasAnId() {
        // Given
        List<Object> anonymous = new ArrayList<>();

        // When
        files().forEach(file -> RouteFiles.walk(RouteFiles.tree(file), (key, value) -> {
            if (key.equals("steps") || key.equals("when")) {
                RouteFiles.list(value).stream()
                        .map(RouteFiles::map)
                        .map(step ->
                                key.equals("steps") ? step.values().iterator().next() : step)
                        .filter(body -> !RouteFiles.map(body).containsKey("id"))
                        .forEach(anonymous::add);
            }
        }));

        // Then
        assertThat(anonymous).isEmpty();
    }

    @Test
    void idsAreKebabCaseAndStandOnce() {
        // Given
        List<String> ids = ids();

        // When
        Set<String> once = new LinkedHashSet<>(ids);

        // Then
        assertThat(ids)
                .hasSameSizeAs(once)
                .allMatch(id -> id.equals("*") || KEBAB_CASE.matcher(id).matches());
    }

    @Test
    void everyIdIsOnThePage() {
        // Given
        String page = RouteFiles.read(Path.of("docs/routes.md"));

        // When
        List<String> missing = elements("route").stream()
                .flatMap(route -> {
                    List<String> ids = new ArrayList<>(List.of(String.valueOf(route.get("id"))));
                    RouteFiles.walk(RouteFiles.map(route.get("from")).get("steps"), (key, value) -> {
                        if (key.equals("id")) {
                            ids.add(String.valueOf(value));
                        }
                    });
                    return ids.stream();
                })
                .filter(id -> !page.contains("`" + id + "`"))
                .toList();

        // Then
        assertThat(missing).isEmpty();
    }

    @Test
    void everyBeanThatIsNamedIsWired() throws Exception {
        // Given
        Set<String> named = new TreeSet<>();
        files().forEach(file -> RouteFiles.walk(RouteFiles.tree(file), (key, value) -> {
            if (key.equals("ref") || key.endsWith("Ref")) {
                named.add(String.valueOf(value));
            }
            if (value instanceof String text) {
                if (text.startsWith("#")) {
                    named.add(text.substring(1));
                }
                BEAN.matcher(text).results().forEach(bean -> named.add(bean.group(1)));
            }
        }));

        // When
        Set<String> absent = new TreeSet<>(named);
        absent.removeAll(beans().keySet());

        // Then
        assertThat(named).contains("uploads", "sourceS3", "imageWorkers", "chooseDelay", "imageFacts");
        assertThat(absent).isEmpty();
    }

    @Test
    void everyMethodThatIsNamedIsThere() throws Exception {
        // Given
        List<String[]> calls = new ArrayList<>();
        files().forEach(file -> RouteFiles.walk(RouteFiles.tree(file), (key, value) -> {
            if (value instanceof Map<?, ?> bean && bean.get("ref") != null && bean.get("method") != null) {
                calls.add(new String[] {
                    bean.get("ref").toString(), bean.get("method").toString()
                });
            }
            if (value instanceof String text) {
                BEAN.matcher(text).results().forEach(bean -> calls.add(new String[] {bean.group(1), bean.group(2)}));
            }
        }));

        // When
        Map<String, Object> beans = beans();
        List<String> absent = calls.stream()
                .filter(call -> Stream.of(beans.get(call[0]).getClass().getMethods())
                        .noneMatch(method -> method.getName().equals(call[1].replaceFirst("\\(.*", ""))))
                .map(call -> String.join(".", call))
                .toList();

        // Then
        assertThat(calls).hasSizeGreaterThan(10);
        assertThat(absent).isEmpty();
    }

    @Test
    void everyPlaceholderIsAKeyOfTheSettings() throws IOException {
        // Given
        Properties settings = new Properties();
        try (InputStream in = RoutesAreCanonicalTest.class.getResourceAsStream("/application.properties")) {
            settings.load(in);
        }
        Set<String> known = new TreeSet<>(settings.stringPropertyNames());
        known.add("predictor.url"); // made of predictor.host and predictor.use-ssl
        known.add("predictor.v2-url"); // and of model.name and model.version

        // When
        Set<String> used = new TreeSet<>();
        files().forEach(file -> {
            Matcher placeholder = PLACEHOLDER.matcher(RouteFiles.read(file));
            while (placeholder.find()) {
                used.add(placeholder.group(1));
            }
        });

        // Then
        assertThat(used).isNotEmpty().isSubsetOf(known);
    }

    /** By name; each of the predictor's protocols has its own. */
    private static Map<String, Object> beans() throws Exception {
        Map<String, Object> beans = new HashMap<>();
        for (String protocol : List.of("v1", "v2", "grpc-v2")) {
            Main main = new Main();
            main.setPropertyPlaceholderLocations("classpath:application.properties");
            main.addOverrideProperty("http.enabled", "false");
            main.addOverrideProperty("management.enabled", "false");
            main.addOverrideProperty("http.enabled", "false");
            main.addOverrideProperty("predictor.protocol", protocol);
            main.addMainListener(new Wiring("test"));
            main.start();
            try (CamelContext context = main.getCamelContext()) {
                beans.putAll(context.getRegistry().findByTypeWithName(Object.class));
            }
        }
        return beans;
    }

    private static List<Map<String, Object>> elements(String... kinds) {
        return files().stream()
                .flatMap(file -> RouteFiles.list(RouteFiles.tree(file)).stream())
                .map(RouteFiles::map)
                .flatMap(element -> Stream.of(kinds).map(element::get).filter(kind -> kind != null))
                .map(RouteFiles::map)
                .toList();
    }

    private static List<String> ids() {
        List<String> ids = new ArrayList<>();
        files().forEach(file -> RouteFiles.walk(RouteFiles.tree(file), (key, value) -> {
            if (key.equals("id")) {
                ids.add(String.valueOf(value));
            }
        }));
        return ids;
    }
}
