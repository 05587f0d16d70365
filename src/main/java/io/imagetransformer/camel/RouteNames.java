package io.imagetransformer.camel;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.apache.camel.CamelContext;
import org.apache.camel.model.BeanDefinition;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.spi.Resource;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.config.InvalidSettingException;

/**
 * Names by which routes call each other. One that no route has is no error to Camel: a step that sends to it fails whenever
 * it runs, which is repeated like an outage, for ever.
 */
public final class RouteNames {
    /** In a URI, or in the argument of a bean; not what is only known when it runs. */
    private static final Pattern DIRECT = Pattern.compile("(?<![\\w.+-])direct:(?://)?([^?'\"\\s,)]+)");

    private final ModelCamelContext context;
    private final Set<String> served = new HashSet<>();
    private final Set<String> configurations = new HashSet<>();

    private RouteNames(ModelCamelContext context) {
        this.context = context;
        // Those that a precondition switches off, too: whoever names one of them asks first, as send-results does.
        context.getRouteDefinitions()
                .forEach(route -> served.addAll(named(
                        context.resolvePropertyPlaceholders(route.getInput().getEndpointUri()))));
        context.getRouteConfigurationDefinitions().forEach(configuration -> configurations.add(configuration.getId()));
    }

    /**
     * Of an initialized context, which need not have started.
     *
     * @throws InvalidSettingException for the first name that is missing
     */
    public static void requireServed(CamelContext context) {
        new RouteNames((ModelCamelContext) context).requireServed();
    }

    private void requireServed() {
        // First, because their steps are among those of the routes, too, by now: the place is to be theirs.
        for (RouteConfigurationDefinition configuration : context.getRouteConfigurationDefinitions()) {
            configuration
                    .getOnExceptions()
                    .forEach(rule ->
                            requireServed("routeConfiguration " + configuration.getId(), null, rule.getOutputs()));
        }
        for (RouteDefinition route : context.getRouteDefinitions()) {
            requireConfigured(route);
            requireServed("route " + route.getId(), route.getResource(), route.getOutputs());
        }
    }

    private void requireServed(String place, @Nullable Resource file, List<ProcessorDefinition<?>> steps) {
        for (ProcessorDefinition<?> step :
                ProcessorDefinitionHelper.filterTypeInOutputs(steps, ProcessorDefinition.class)) {
            String text = text(step);
            // Other texts are Camel's to resolve, where their route is switched on.
            String resolved = text.contains("direct:") ? context.resolvePropertyPlaceholders(text) : "";
            for (String name : named(resolved)) {
                if (!served.contains(name) && !name.contains("${")) {
                    throw new InvalidSettingException(in(file) + "step " + step.getId() + " of " + place
                            + " names direct:" + name + ", which is the from of no route: correct one of them");
                }
            }
        }
    }

    /** A route without the rules that it names would pass each failure on, to whom does not expect it. */
    private void requireConfigured(RouteDefinition route) {
        String name = route.getRouteConfigurationId();
        if (name != null && !name.contains("*") && !configurations.containsAll(List.of(name.split(",")))) {
            throw new InvalidSettingException(in(route.getResource()) + "route " + route.getId()
                    + " names the routeConfiguration " + name + ", which is not there: correct one of them");
        }
    }

    private static String in(@Nullable Resource file) {
        return file == null ? "" : file.getLocation().replaceFirst(".*/", "") + ": ";
    }

    private static Set<String> named(String text) {
        return DIRECT.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }

    /** Where a step has the names of other routes. */
    private static String text(OptionalIdentifiedDefinition<?> step) {
        if (step instanceof EndpointRequiredDefinition to) {
            return to.getEndpointUri();
        }
        if (step instanceof BeanDefinition bean) {
            return String.valueOf(bean.getMethod());
        }
        boolean namesRoutes = step instanceof EnrichDefinition
                || step instanceof RecipientListDefinition
                || step instanceof RoutingSlipDefinition;
        return namesRoutes
                ? String.valueOf(((ExpressionNode) step).getExpression().getExpression())
                : "";
    }
}
