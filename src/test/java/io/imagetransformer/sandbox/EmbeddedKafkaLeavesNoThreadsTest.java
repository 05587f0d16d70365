package io.imagetransformer.sandbox;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A broker that cannot start says why, and nothing of it keeps the JVM alive. */
@Isolated("it looks at all threads")
class EmbeddedKafkaLeavesNoThreadsTest {
    @Test
    void aBusyPortEndsWithAClearMessageAndNoLingeringThreads() throws Exception {
        // Given
        Set<Thread> before = threads();
        try (ServerSocket busy = new ServerSocket()) {
            busy.bind(new InetSocketAddress(LoopbackPorts.loopback(), LoopbackPorts.free()));

            // When // Then
            assertThatIllegalStateException()
                    .isThrownBy(
                            () -> EmbeddedKafka.start(busy.getLocalPort(), null).close())
                    .withMessageContaining("port " + busy.getLocalPort() + " of 127.0.0.1 is in use");
        }
        Awaitility.await("threads of the broker that did not start")
                .pollInSameThread()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    @Test
    void aStartThatFailsHalfWayLeavesNoThreads() throws Exception {
        // Given
        Set<Thread> before = threads();
        try (EmbeddedKafka kafka = EmbeddedKafka.start();
                ServerSocket busy = new ServerSocket()) {
            kafka.stop();
            busy.bind(new InetSocketAddress(LoopbackPorts.loopback(), kafka.port()));

            // When // Then
            assertThatIllegalStateException()
                    .isThrownBy(kafka::startBroker)
                    .withMessageContaining("the Kafka broker did not start on port " + kafka.port());
        }
        Awaitility.await("threads of the broker that did not start")
                .pollInSameThread()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    /** The threads that would keep this JVM alive. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon())
                .collect(Collectors.toSet());
    }
}
