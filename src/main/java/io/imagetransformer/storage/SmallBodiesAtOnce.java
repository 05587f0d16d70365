package io.imagetransformer.storage;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * Sends a small object without asking first whether the store would take it. The SDK asks with every PUT ({@code Expect:
 * 100-continue}, RFC 9110 section 10.1.1): a round trip that costs more than a refused picture of some kilobytes. A large
 * one still asks, so that a store that refuses it is not sent it in vain with every repeat.
 *
 * <p>Source: the SDK's own rule and limit since its pull request 6864, {@code expectContinueThresholdInBytes}; with such an
 * SDK this class can go.
 */
final class SmallBodiesAtOnce implements ExecutionInterceptor {
    private static final String EXPECT = "Expect";
    private static final long SMALL = 1L << 20;

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
