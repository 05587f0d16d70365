package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

@Isolated("it listens to the log of all")
class OutagesAreToldOnceTest {
    private static final String LOST = "WARN S3 is away: waiting, and trying again, as long as it lasts";

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final Outages outages = new Outages(Duration.ofMinutes(10), now::get);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger().detachAppender(log);
    }

    @Test
    void oneLineWhenSomebodyGoesAndOneWhenTheyAreBack() {
        // Given
        outages.lost("S3", "S3 is away");
        pass(Duration.ofSeconds(12));
        outages.lost("S3", "S3 is still away");

        // When
        outages.back("S3", outages.now());
        outages.back("S3", outages.now());

        // Then
        assertThat(lines()).containsExactly(LOST, "INFO S3 is back after 12 s");
    }

    @Test
    void anAnswerToWhatWasSentBeforeTheLossIsNoReturn() {
        // Given
        long sent = outages.now();
        pass(Duration.ofMillis(3));
        outages.lost("S3", "S3 is away");
        pass(Duration.ofMillis(3));

        // When
        outages.back("S3", sent);

        // Then
        assertThat(outages.count()).isOne();
        assertThat(lines()).containsExactly(LOST);
    }

    @Test
    void everyOneForItself() {
        // Given
        outages.lost("S3", "S3 is away");

        // When
        outages.lost("predictor", "the predictor is away");

        // Then
        assertThat(lines()).hasSize(2);
        assertThat(outages.count()).isEqualTo(2);
    }

    @Test
    void whoeverGoesAndComesAllTheTimeIsToldOfHalfAMinuteApart() {
        // Given
        Duration aSecond = Duration.ofSeconds(1);

        // When
        for (int second = 0; second < 60; second++) {
            outages.lost("S3", "S3 is away");
            outages.back("S3", outages.now());
            pass(aSecond);
        }

        // Then
        assertThat(lines()).containsExactly(LOST, "INFO S3 is back after 0 s", LOST, "INFO S3 is back after 0 s");
    }

    @Test
    void whoeverGoesAgainSoonAndStaysAwayIsToldOfInTheEnd() {
        // Given
        outages.lost("S3", "S3 is away");
        outages.back("S3", outages.now());
        pass(Duration.ofSeconds(5));
        outages.lost("S3", "S3 is away");
        assertThat(lines()).hasSize(2);

        // When
        pass(Duration.ofSeconds(26));
        outages.lost("S3", "S3 is away");
        outages.lost("S3", "S3 is away");
        outages.back("S3", outages.now());

        // Then
        assertThat(lines()).containsExactly(LOST, "INFO S3 is back after 0 s", LOST, "INFO S3 is back after 26 s");
    }

    @Test
    void whoIsAwayWithoutABreakLasts() {
        // Given
        Duration time = Duration.ofSeconds(10);
        outages.lost("S3", "S3 is away");

        // When
        pass(Duration.ofSeconds(11));
        outages.lost("S3", "S3 is still away");

        // Then
        assertThat(outages.lasts(time)).isTrue();
        outages.back("S3", outages.now());
        outages.lost("S3", "S3 is away again");
        assertThat(outages.lasts(time)).isFalse();
    }

    @Test
    void whoeverIsNotAskedAnyMoreIsNotAwayForEver() {
        // Given
        outages.lost("S3", "S3 is away");
        pass(Duration.ofMinutes(10));
        outages.lost("S3", "S3 is away");
        pass(Duration.ofMinutes(10));
        assertThat(outages.count()).isOne();

        // When
        pass(Duration.ofSeconds(1));

        // Then
        assertThat(outages.count()).isZero();
        assertThat(outages.away()).isEmpty();
        assertThat(lines())
                .containsExactly(LOST, "INFO S3 has not been asked for 601 s: nothing waits for it here any more");
    }

    @Test
    void whoeverIsAwayWhenAskedAgainAfterLongIsToldOfAgain() {
        // Given
        outages.lost("S3", "S3 is away");
        pass(Duration.ofHours(1));

        // When
        outages.lost("S3", "S3 is away");
        pass(Duration.ofSeconds(2));
        outages.back("S3", outages.now());

        // Then
        assertThat(lines())
                .containsExactly(
                        LOST,
                        "INFO S3 has not been asked for 3600 s: nothing waits for it here any more",
                        LOST,
                        "INFO S3 is back after 2 s");
    }

    @Test
    void aReturnOfWhoWasNotAwayIsNoNews() {
        // Given
        String somebody = "S3";

        // When
        outages.back(somebody, outages.now());

        // Then
        assertThat(lines()).isEmpty();
        assertThat(outages.count()).isZero();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private List<String> lines() {
        return log.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(Outages.class);
    }
}
