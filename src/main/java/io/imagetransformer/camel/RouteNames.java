package io.imagetransformer.camel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.camel.CamelContext;
import org.apache.camel.Predicate;
import org.apache.camel.model.BeanDefinition;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.InterceptSendToEndpointDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PatternHelper;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.config.InvalidSettingException;

/**
 * Names by which routes call each other. One that no route has is no error to Camel: a step that sends to it fails whenever
 * it runs, which is repeated like an outage, for ever.
 *
 * <p>Only what is sure is told. What is disabled or switched off, is only known when it runs, may go unserved
 * ({@code failIfNoConsumers=false}), or has a placeholder that only Camel can resolve, passes.
 */
public final class RouteNames {
    private static final String DIRECT = "direct:";
    private static final Pattern IN_QUOTES = Pattern.compile("['\"](direct:[^'\"]+)['\"]");

    private final ModelCamelContext context;
    private final Set<String> served = new HashSet<>();
    /** Of routes with {@code autoStartup: false}. */
    private final Set<String> unstarted = new HashSet<>();

    private final List<String> intercepted = new ArrayList<>();
    private final List<String> configurations;

    private RouteNames(ModelCamelContext context) {
        this.context = context;
        configurations = context.getRouteConfigurationDefinitions().stream()
                .map(RouteConfigurationDefinition::getId)
                .filter(Objects::nonNull)
                .toList();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            // Those that a precondition switches off, too: whoever names one of them asks first, as send-results does.
            String from = resolved(route, route.getInput().getEndpointUri());
            if (from.startsWith(DIRECT)) {
                (isStarted(route) ? served : unstarted).add(name(from));
            }
            ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), InterceptSendToEndpointDefinition.class)
                    .forEach(intercept -> intercepted.add(resolved(route, intercept.getUri())));
        }
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
                    .forEach(rule -> requireServed(
                            "routeConfiguration " + configuration.getId(), null, null, rule.getOutputs()));
        }
        for (RouteDefinition route : context.getRouteDefinitions()) {
            if (isOn(route)) {
                requireConfigured(route);
                requireServed("route " + route.getId(), route, route.getResource(), route.getOutputs());
            }
        }
    }

    private boolean isStarted(RouteDefinition route) {
        return !"false".equalsIgnoreCase(resolved(route, route.getAutoStartup()));
    }

    private boolean isOn(RouteDefinition route) {
        String precondition = resolved(route, route.getPrecondition());
        if (precondition.isBlank()) {
            return true;
        }
        Predicate met = context.resolveLanguage("simple").createPredicate(precondition);
        met.initPredicate(context);
        return met.matches(new DefaultExchange(context));
    }

    private void requireServed(
            String place,
            @Nullable RouteDefinition route,
            @Nullable Resource file,
            List<ProcessorDefinition<?>> steps) {
        for (ProcessorDefinition<?> step :
                ProcessorDefinitionHelper.filterTypeInOutputs(steps, ProcessorDefinition.class)) {
            for (String uri : isDisabled(route, step) ? List.<String>of() : uris(route, step)) {
                if (isUnserved(uri)) {
                    String which = step.getId() == null
                            ? step.getShortName() + " in line " + step.getLineNumber()
                            : "step " + step.getId();
                    throw new InvalidSettingException(in(file) + which + " of " + place + " names direct:" + name(uri)
                            + (unstarted.contains(name(uri))
                                    ? ", whose route has autoStartup: false: let it start, or disable the step"
                                    : ", which is the from of no route: correct one of them"));
                }
            }
        }
    }

    private boolean isUnserved(String uri) {
        return uri.startsWith(DIRECT)
                && !uri.contains("${")
                && !uri.contains("$simple{")
                && !uri.contains("failIfNoConsumers=false")
                && !served.contains(name(uri))
                && intercepted.stream().noneMatch(pattern -> PatternHelper.matchPattern(uri, pattern));
    }

    private boolean isDisabled(@Nullable RouteDefinition route, ProcessorDefinition<?> step) {
        return Stream.<ProcessorDefinition<?>>iterate(step, Objects::nonNull, ProcessorDefinition::getParent)
                .anyMatch(each -> "true".equalsIgnoreCase(resolved(route, each.getDisabled())));
    }

    /** A route without the rules that it names would pass each failure on, to whom does not expect it. */
    private void requireConfigured(RouteDefinition route) {
        String names = resolved(route, route.getRouteConfigurationId());
        for (String name : names.isBlank() ? new String[0] : names.split(",")) {
            // As Camel looks for it: without case, with wildcards, as a regular expression.
            if (configurations.stream().noneMatch(id -> PatternHelper.matchPattern(id, name.strip()))) {
                throw new InvalidSettingException(
                        in(route.getResource()) + "route " + route.getId() + " names the routeConfiguration "
                                + name.strip() + ", which is not there: correct one of them");
            }
        }
    }

    private static String in(@Nullable Resource file) {
        return file == null ? "" : file.getLocation().replaceFirst(".*/", "") + ": ";
    }

    private static String name(String uri) {
        return uri.substring(DIRECT.length()).replaceFirst("^//", "").replaceFirst("\\?.*", "");
    }

    /** The URIs of other routes that a step has, and perhaps others. */
    private List<String> uris(@Nullable RouteDefinition route, ProcessorDefinition<?> step) {
        if (step instanceof EndpointRequiredDefinition to) {
            return List.of(resolved(route, to.getEndpointUri()));
        }
        if (step instanceof BeanDefinition bean) {
            return IN_QUOTES
                    .matcher(resolved(route, bean.getMethod()))
                    .results()
                    .map(found -> found.group(1))
                    .toList();
        }
        if (step instanceof EnrichDefinition enrich) {
            return List.of(expression(route, enrich));
        }
        if (step instanceof RecipientListDefinition<?> list) {
            return parts(expression(route, list), list.getDelimiter());
        }
        if (step instanceof RoutingSlipDefinition<?> slip) {
            return parts(expression(route, slip), slip.getUriDelimiter());
        }
        return List.of();
    }

    private String expression(@Nullable RouteDefinition route, ExpressionNode step) {
        return resolved(route, step.getExpression().getExpression());
    }

    private static List<String> parts(String list, @Nullable String delimiter) {
        return Arrays.stream(list.split(Pattern.quote(delimiter == null ? "," : delimiter)))
                .map(String::strip)
                .toList();
    }

    /** With its placeholders resolved, those of the route's template, too; empty where that is only Camel's to do. */
    private String resolved(@Nullable RouteDefinition route, @Nullable String text) {
        if (text == null) {
            return "";
        }
        String own = text;
        for (Map.Entry<String, Object> parameter : templateParameters(route).entrySet()) {
            own = own.replace("{{" + parameter.getKey() + "}}", String.valueOf(parameter.getValue()));
        }
        try {
            return context.resolvePropertyPlaceholders(own);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static Map<String, Object> templateParameters(@Nullable RouteDefinition route) {
        Map<String, Object> parameters = new HashMap<>();
        if (route != null && route.getTemplateDefaultParameters() != null) {
            parameters.putAll(route.getTemplateDefaultParameters());
        }
        if (route != null && route.getTemplateParameters() != null) {
            parameters.putAll(route.getTemplateParameters());
        }
        return parameters;
    }
}
