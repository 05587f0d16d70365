package io.imagetransformer.pipeline;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;

import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.S3Call;

/** Several clients of one door that come at one time. Image {@code i} of MNIST is the object {@code i.png}. */
record Clients(Stack stack, Door door) {
    static final String PREDICT = "/v1/models/mnist:predict";

    /** Their answers, in the order of the images 0, 1, 2 …; see {@link #send}. */
    List<HttpResponse<String>> together(int requests, IntFunction<Map<String, String>> headers) {
        return send(requests, headers).stream().map(CompletableFuture::join).toList();
    }

    /** A request for each of so many images; none of them gets its object before all have asked for theirs. */
    List<CompletableFuture<HttpResponse<String>>> send(int requests, IntFunction<Map<String, String>> headers) {
        CountDownLatch inWork = new CountDownLatch(requests);
        stack.s3.observe(call -> {
            if (call.operation() == S3Call.Operation.GET) {
                inWork.countDown();
                try {
                    inWork.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        return IntStream.range(0, requests)
                .mapToObj(i -> door.postAsync(PREDICT, event(i), headers.apply(i)))
                .toList();
    }

    /** The picture itself, in a request. */
    CompletableFuture<HttpResponse<String>> picture(int image) {
        return CompletableFuture.supplyAsync(() -> filedPicture(image, ""), task -> new Thread(task).start());
    }

    /** @param query {@code ?key=…}, or nothing */
    HttpResponse<String> filedPicture(int image, String query) {
        return door.post(PREDICT + query, Mnist.png(image), Map.of("Content-Type", "image/png"));
    }

    String event(int image) {
        return Events.upload(stack.source, image + ".png", 922);
    }

    /** Of V1's answer to one image, whatever the predictor's protocol. */
    static int label(HttpResponse<String> response) {
        JsonNode prediction = Door.json(response).path("predictions").path(0);
        return prediction.path(prediction.has("classes") ? "classes" : "label").asInt(-1);
    }
}
