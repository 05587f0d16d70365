package io.imagetransformer.camel;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * Of one HTTP/1.1 connection: from the first byte of a request on, its line and headers have to come within a time, or it is
 * answered with 408 and closed. Vert.x bounds silence alone, and who sends a byte now and then is never silent. A connection
 * between two requests, and one of HTTP/2, is left to that bound.
 *
 * <p>First in the pipeline, so that it sees bytes before they are parsed; used by the connection's event loop alone.
 */
final class HeadTimeout extends ChannelInboundHandlerAdapter {
    private final Duration limit;
    private @Nullable Future<?> timer;
    private @Nullable HttpServerRequest request;
    private boolean isBlank;

    HeadTimeout(Duration limit) {
        this.limit = limit;
    }

    /** The head of a request is whole. */
    static void came(HttpServerRequest request) {
        HeadTimeout head =
                ((ConnectionBase) request.connection()).channel().pipeline().get(HeadTimeout.class);
        if (head != null) {
            head.request = request;
            head.disarm();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        if (timer == null && !isRequestInHand()) {
            timer = context.executor().schedule(() -> timeIsUp(context), limit.toMillis(), TimeUnit.MILLISECONDS);
            isBlank = true;
        }
        isBlank = isBlank && isBlank((ByteBuf) bytes);
        context.fireChannelRead(bytes);
        // Where HTTP/1.1 was upgraded, it is removed already.
        if (!context.isRemoved() && context.pipeline().get(Http2ConnectionHandler.class) != null) {
            context.pipeline().remove(this);
        }
    }

    /** Its body may still come, or its answer go: other bounds hold then. */
    private boolean isRequestInHand() {
        return request != null && !(request.isEnded() && request.response().ended());
    }

    /** An empty line between two requests is none, says RFC 9112, 2.2. */
    private static boolean isBlank(ByteBuf bytes) {
        return bytes.forEachByte(one -> one == '\r' || one == '\n') < 0;
    }

    private void timeIsUp(ChannelHandlerContext context) {
        if (isBlank) {
            context.close();
            return;
        }
        String body = "{\"error\":\"the headers did not come within " + limit.toSeconds() + " s\"}";
        String answer = "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\nConnection: close\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        context.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII))
                .addListener(ChannelFutureListener.CLOSE);
    }

    /** Of a connection that is closed, too. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        disarm();
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
