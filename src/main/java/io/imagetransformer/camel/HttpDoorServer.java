package io.imagetransformer.camel;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.netty.channel.Channel;
import io.netty.handler.traffic.GlobalTrafficShapingHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.SslChannelProvider;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;

import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.serve.Admission;
import io.imagetransformer.serve.HttpResponse;

/**
 * The server behind {@code platform-http}, with what Camel's own ({@code camel.server.*}) leaves out: bounds. Bodies are
 * read on the event loop, so that a slow client holds no worker; a worker is taken when a body is whole, and there are as
 * many workers as requests may be worked on, and some more for questions about health.
 *
 * <p>HTTP/1.1 and HTTP/2 in clear text; TLS is the mesh's.
 */
public final class HttpDoorServer extends VertxPlatformHttpServer {
    private static final int WORKERS_FOR_HEALTH = 4;
    private static final int LARGEST_HEADERS = 32 * 1024;

    /** A refused body is read and thrown away for so long: a client that is cut off while it sends reads no answer. */
    private static final long DISCARD_MILLIS = 5_000;

    private static final int SECONDS_BEYOND = 15;

    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

    private static final String CONTINUE = "100-continue";

    /** Of a request whose client was told to send its body. */
    private static final String CONTINUED = "continued";

    private static final Duration LONGEST_HEAD = Duration.ofSeconds(10);

    private final Settings.Http settings;
    private final Admission admission;
    private final Outages outages;
    private final String routerName;

    /** Requests that were let in and that no worker has taken over yet. */
    private final Map<HttpServerRequest, Whole> waiting = new ConcurrentHashMap<>();

    /** Requests that have no answer yet. */
    private final Set<Body> unanswered = ConcurrentHashMap.newKeySet();

    private HttpServer server;

    /** @param outages tells who is away, where a request gets no answer in time */
    public HttpDoorServer(Settings.Http settings, Admission admission, Outages outages) {
        super(configuration(settings));
        this.outages = outages;
        this.settings = settings;
        this.admission = admission;
        this.routerName = VertxPlatformHttpRouter.getRouterNameFromPort(settings.port());
    }

    private static VertxPlatformHttpServerConfiguration configuration(Settings.Http settings) {
        VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
        configuration.setBindHost(settings.host());
        configuration.setBindPort(settings.port());
        configuration.setServerType(VertxPlatformHttpRouter.SERVER_TYPE_SERVER);
        return configuration;
    }

    @Override
    public HttpServer getServer() {
        return server;
    }

    /** The one that was chosen, where {@code http.port} is 0. */
    @Override
    public int getPort() {
        return server == null ? settings.port() : server.actualPort();
    }

    /**
     * A request that has come.
     *
     * @param body whatever its type: Camel's own would be without what {@code curl -d} sends, which it takes for a form
     * @param held bytes, as {@link Admission} counts them
     */
    record Whole(byte[] body, long held) {}

    /** A worker takes the request over: it is its to leave, and to release what is held. Empty where the client has gone. */
    Optional<Whole> takeOver(HttpServerRequest request) {
        return Optional.ofNullable(waiting.remove(request));
    }

    @Override
    protected Vertx lookupVertx() {
        return null; // The management server's workers are its own: health is answered while all of ours are busy.
    }

    @Override
    protected Vertx createVertxInstance() {
        return Vertx.vertx(new VertxOptions()
                .setWorkerPoolSize(settings.maxConcurrency() + WORKERS_FOR_HEALTH)
                .setMaxWorkerExecuteTime(2 * settings.requestTimeout().toMillis())
                .setMaxWorkerExecuteTimeUnit(TimeUnit.MILLISECONDS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    /** The router as it is, but with a body handler that keeps bounds and writes no file. */
    @Override
    protected void initializeServer() {
        super.initializeServer();
        VertxPlatformHttpRouter router = router();
        VertxPlatformHttpRouter bounded =
                new VertxPlatformHttpRouter(
                        this, router.vertx(), router, routerName, VertxPlatformHttpRouter.SERVER_TYPE_SERVER) {
                    @Override
                    public Handler<RoutingContext> bodyHandler() {
                        return HttpDoorServer.this::letIn;
                    }
                };
        bounded.errorHandler(400, context -> refuse(context, HttpResponse.error(400, "the path or query is no URI's")));
        bounded.errorHandler(404, context -> refuse(context, HttpResponse.json(404, "{\"detail\":\"Not Found\"}")));
        bounded.errorHandler(500, context -> send(context, HttpResponse.error(500, "unexpected failure, see the log")));
        // The registry would keep both, and find the first.
        getCamelContext().getRegistry().unbind(routerName);
        getCamelContext().getRegistry().bind(routerName, bounded);
    }

    private VertxPlatformHttpRouter router() {
        return VertxPlatformHttpRouter.lookup(getCamelContext(), routerName);
    }

    @Override
    protected void startServer() {
        HttpServerOptions options = new HttpServerOptions()
                .setMaxHeaderSize(LARGEST_HEADERS)
                .setIdleTimeout((int) settings.requestTimeout().toSeconds() + SECONDS_BEYOND);
        VertxPlatformHttpRouter router = router();
        server = new Server((VertxInternal) router.vertx(), options).requestHandler(request -> {
            HeadTimeout.came(request);
            router.handle(request);
        });
        join(server.listen(settings.port(), settings.host()));
    }

    @Override
    protected void stopServer() {
        HttpServer running = server;
        if (running != null) {
            server = null;
            join(running.close());
        }
    }

    @Override
    protected void stopVertx() {
        if (getVertx() != null) {
            join(getVertx().close());
        }
    }

    /**
     * Who has no answer by then is told to ask another instance. For the end of a stop: Camel breaks the work off where its
     * time is over, and answers with a 500 that tells nothing.
     */
    public void answerAllWithin(Duration time) {
        if (server != null) {
            getVertx().setTimer(Math.max(1, time.toMillis()), timer -> unanswered.forEach(Body::stopped));
        }
    }

    private static void join(Future<?> future) {
        future.toCompletionStage().toCompletableFuture().join();
    }

    private void letIn(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (admission.isClosing() && !isQuestion(request)) {
            refuse(context, stopping());
            return;
        }
        if (length(request) > settings.maxBytes()) {
            refuse(context, tooLarge());
            return;
        }
        if (!understood(request)) {
            refuse(context, HttpResponse.error(417, "no Expect is understood but 100-continue"));
            return;
        }
        if (isWaitedFor(request) && request.version() != HttpVersion.HTTP_1_0) {
            context.response().writeContinue();
            context.put(CONTINUED, true);
        }
        new Body(context).read();
    }

    private static boolean understood(HttpServerRequest request) {
        return expectations(request).allMatch(CONTINUE::equalsIgnoreCase);
    }

    /** Whether the client sends its body when it is told to only. */
    private static boolean isWaitedFor(HttpServerRequest request) {
        return expectations(request).anyMatch(CONTINUE::equalsIgnoreCase);
    }

    /** RFC 9110, section 10.1.1: a list, so that it may come in several lines, too. */
    private static Stream<String> expectations(HttpServerRequest request) {
        return request.headers().getAll("Expect").stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    private HttpResponse tooLarge() {
        return HttpResponse.error(413, "the body is over http.max-bytes=" + settings.maxBytes());
    }

    private HttpResponse stopping() {
        return HttpResponse.unavailable("stopping: ask another instance" + away());
    }

    private String away() {
        Set<String> away = outages.away();
        return away.isEmpty() ? "" : "; away: " + String.join(", ", away);
    }

    private static boolean isQuestion(HttpServerRequest request) {
        return request.method() == HttpMethod.GET;
    }

    private static long length(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length != null && LENGTH.matcher(length).matches() ? Long.parseLong(length) : 0;
    }

    /** Answers while the body still comes, and throws the rest of it away. */
    private static void refuse(RoutingContext context, HttpResponse response) {
        HttpServerRequest request = context.request();
        if (!request.isEnded()) {
            boolean heldBack =
                    isWaitedFor(request) && context.get(CONTINUED) == null && request.version() != HttpVersion.HTTP_2;
            if (heldBack) {
                // The body may never come, and what comes next would be taken for it.
                context.response().putHeader("Connection", "close");
            }
            request.handler(bytes -> {});
            request.endHandler(end -> {
                if (heldBack) {
                    request.connection().close();
                }
            });
            request.resume();
            context.vertx().setTimer(DISCARD_MILLIS, timer -> {
                if (!request.isEnded()) {
                    request.connection().close();
                }
            });
        }
        send(context, response);
    }

    private static void send(RoutingContext context, HttpResponse response) {
        if (!context.response().ended() && !context.response().closed()) {
            context.response().setStatusCode(response.status());
            response.headers().forEach(context.response()::putHeader);
            context.response().end(Buffer.buffer(response.body()));
        }
    }

    /** Vert.x's own, which looks after the heads of requests, too. */
    private final class Server extends HttpServerImpl {
        Server(VertxInternal vertx, HttpServerOptions options) {
            super(vertx, options);
        }

        @Override
        protected BiConsumer<Channel, SslChannelProvider> childHandler(
                ContextInternal context, SocketAddress address, GlobalTrafficShapingHandler shaping) {
            Duration limit =
                    settings.requestTimeout().compareTo(LONGEST_HEAD) < 0 ? settings.requestTimeout() : LONGEST_HEAD;
            return super.childHandler(context, address, shaping)
                    .andThen((channel, tls) -> channel.pipeline().addFirst(new HeadTimeout(limit)));
        }
    }

    /** The body of one request while it is read; used by the request's event loop alone. */
    private final class Body {
        private final RoutingContext context;
        private final HttpServerRequest request;
        private final Context loop = Vertx.currentContext();
        private final Buffer bytes = Buffer.buffer();
        /** Bytes, as {@link Admission} counts them. */
        private long held;
        /** A worker may have it, or nobody will. */
        private boolean done;

        Body(RoutingContext context) {
            this.context = context;
            this.request = context.request();
        }

        void read() {
            unanswered.add(this);
            long timer = context.vertx().setTimer(settings.requestTimeout().toMillis(), this::timeIsUp);
            context.addEndHandler(end -> {
                context.vertx().cancelTimer(timer);
                unanswered.remove(this);
                finish();
            });
            request.exceptionHandler(broken -> finish());
            request.handler(this::add);
            request.endHandler(end -> whole());
            request.resume();
        }

        private void add(Buffer part) {
            if (done) {
                return;
            }
            if (bytes.length() + part.length() > settings.maxBytes()) {
                giveUp(tooLarge());
            } else if (!admission.tryHold(part.length())) {
                giveUp(HttpResponse.unavailable("too much in hand: http.max-memory is used up"));
            } else {
                held += part.length() + 1023 & ~1023L;
                bytes.appendBuffer(part);
            }
        }

        private void whole() {
            if (done) {
                return;
            }
            if (!isQuestion(request)) {
                if (!admission.enter()) {
                    giveUp(HttpResponse.unavailable("too many requests: http.max-concurrency are in hand"));
                    return;
                }
                done = true;
                waiting.put(request, new Whole(bytes.getBytes(), held));
            }
            context.next();
        }

        private void giveUp(HttpResponse response) {
            finish();
            refuse(context, response);
        }

        private void timeIsUp(long timer) {
            if (!request.isEnded()) {
                finish();
                send(context, HttpResponse.error(408, "the body did not come within http.request-timeout"));
                if (request.version() != HttpVersion.HTTP_2) {
                    request.connection().close();
                }
            } else {
                send(context, HttpResponse.unavailable("no answer within http.request-timeout" + away()));
            }
        }

        private void stopped() {
            loop.runOnContext(nothing -> send(context, stopping()));
        }

        /** Of a request that no worker took over, nothing is held any more. */
        private void finish() {
            if (!done) {
                done = true;
                admission.release(held);
            } else if (waiting.remove(request) != null) {
                admission.leave();
                admission.release(held);
            }
        }
    }
}
