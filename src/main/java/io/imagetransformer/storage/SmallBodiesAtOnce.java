package io.imagetransformer.storage;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * Sends a small object without asking first whether the store would take it. The SDK asks with every PUT ({@code Expect:
 * 100-continue}, RFC 9110 section 10.1.1): a round trip that costs more than a refused picture of some kilobytes. A larger
 * one still asks: a store that refuses it answers, and closes, before it has read all of it, and the HTTP client, which is
 * still writing then, would tell of a broken connection instead of the refusal; what is refused for good would be repeated
 * for ever.
 *
 * <p>Source: the SDK's own rule since its pull request 6864, {@code expectContinueThresholdInBytes}, with 1 MiB; this limit is
 * what the buffers of both ends hold, however small, so that the client has written all when the answer comes.
 */
final class SmallBodiesAtOnce implements ExecutionInterceptor {
    private static final String EXPECT = "Expect";
    private static final long SMALL = 64L << 10;

    @Override
    public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        SdkHttpRequest request = context.httpRequest();
        boolean small = request.firstMatchingHeader("Content-Length")
                .map(length -> Long.parseLong(length) < SMALL)
                .orElse(false);
        return small && request.firstMatchingHeader(EXPECT).isPresent()
                ? request.toBuilder().removeHeader(EXPECT).build()
                : request;
    }
}
