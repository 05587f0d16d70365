package io.imagetransformer.packaged;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Uploads with odd keys, one in twenty of them poisonous, and what must have become of them. */
final class Uploads {
    private static final String[] ODD = {
        "plain", "with space", "a+b", "100%25", "ünï/日本", "${x}", "a&b=c?d#e", "{label}"
    };
    private static final byte[] POISON = "no picture".getBytes(StandardCharsets.UTF_8);

    private final Stack stack;
    private final Map<String, Integer> digits = new TreeMap<>();
    private final Set<String> poison = new TreeSet<>();
    private int count;

    Uploads(Stack stack) {
        this.stack = stack;
    }

    /** So many more. */
    Uploads add(int uploads) {
        for (int end = count + uploads; count < end; count++) {
            String key = ODD[count % ODD.length] + "/" + count + ".png";
            if (count % 20 == 7) {
                stack.upload(key, POISON);
                poison.add("mnist/" + key);
            } else {
                stack.upload(key, Mnist.png(count));
                digits.put(key, count);
            }
        }
        stack.s3.flushNotifications();
        return this;
    }

    int goodOnes() {
        return digits.size();
    }

    /** Waits until so many copies are there. */
    void awaitFiled(int copies) {
        await(copies + " images filed").atMost(Stack.PATIENCE).untilAsserted(() -> assertThat(stack.filed())
                .hasSizeGreaterThanOrEqualTo(copies));
    }

    /** Nothing is missing, misfiled or altered, no good image is dead-lettered and no bad one is filed. */
    void assertEachHasItsOutcome() {
        stack.awaitAllDone();
        Map<String, Integer> copies = new TreeMap<>();
        digits.forEach((key, image) -> copies.put(Mnist.label(image) + "/" + key, image));
        assertThat(stack.filed()).containsExactlyInAnyOrderElementsOf(copies.keySet());
        assertThat(copies).allSatisfy((copy, image) -> assertThat(stack.object(stack.output, copy))
                .isEqualTo(Mnist.png(image)));
        assertThat(stack.deadLetterReasons().keySet()).isEqualTo(poison);
    }
}
