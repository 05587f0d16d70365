package io.imagetransformer.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The shipped route files as trees of maps and lists, and the recipes of {@code docs/routes.md} put into them. */
final class RouteFiles {
    static final Path SHIPPED = Path.of("routes");
    private static final Pattern RECIPE = Pattern.compile(
            "<!-- recipe: ([a-z-]+)(?:; (replace|before|after): ([a-z-]+))? -->\n```(?:yaml|properties)\n(.*?)\n```",
            Pattern.DOTALL);

    private RouteFiles() {}

    /** A block of the page; {@code how} and {@code step} say where it goes, null of a block of settings. */
    record Recipe(String name, String how, String step, String block) {}

    static List<Path> all() {
        try (Stream<Path> files = Files.list(SHIPPED)) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Object tree(Path file) {
        return parse(read(file));
    }

    static Object parse(String yaml) {
        return new Load(LoadSettings.builder().build()).loadFromString(yaml);
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, Recipe> recipes() {
        Map<String, Recipe> recipes = new LinkedHashMap<>();
        Matcher matcher = RECIPE.matcher(read(Path.of("docs/routes.md")));
        while (matcher.find()) {
            recipes.put(
                    matcher.group(1),
                    new Recipe(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4)));
        }
        return recipes;
    }

    /** Writes all route files to a folder, with the recipe in its place. */
    static Path edited(Recipe recipe, Path folder) {
        int[] places = new int[1];
        for (Path file : all()) {
            Object tree = tree(file);
            walk(tree, (key, value) -> {
                if (key.equals("steps")) {
                    places[0] += edit(list(value), recipe);
                }
            });
            write(
                    folder.resolve(file.getFileName()),
                    new Dump(DumpSettings.builder().build()).dumpToString(tree));
        }
        if (places[0] != 1) {
            throw new IllegalStateException(recipe.step() + " stands in " + places[0] + " places");
        }
        return folder;
    }

    private static int edit(List<Object> steps, Recipe recipe) {
        for (int i = 0; i < steps.size(); i++) {
            Object body = map(steps.get(i)).values().iterator().next();
            if (body instanceof Map<?, ?> step && recipe.step().equals(step.get("id"))) {
                if (recipe.how().equals("replace")) {
                    steps.remove(i);
                }
                steps.addAll(recipe.how().equals("after") ? i + 1 : i, list(parse(recipe.block())));
                return 1;
            }
        }
        return 0;
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every key of every map, with its value, the outer ones first. */
    static void walk(Object node, BiConsumer<String, Object> visit) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                visit.accept(String.valueOf(key), value);
                walk(value, visit);
            });
        } else if (node instanceof List<?> list) {
            new ArrayList<>(list).forEach(element -> walk(element, visit));
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object node) {
        return (List<Object>) node;
    }
}
