package io.imagetransformer.campaign;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.imagetransformer.sandbox.EmbeddedKafka;

import static org.assertj.core.api.Assertions.assertThat;

/** A few quick ones, and that the audit sees what goes wrong without a defence; the others run by one command. */
class ScenariosOfTheCampaignHoldIT {
    private static EmbeddedKafka broker;

    @BeforeAll
    static void start() {
        broker = EmbeddedKafka.start();
        broker.proxy();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Report.Run run(String scenario, boolean withoutDefence) {
        return Campaign.run(
                broker,
                Campaign.all().stream()
                        .filter(each -> each.name().equals(scenario))
                        .findFirst()
                        .orElseThrow(),
                1,
                withoutDefence);
    }

    @Test
    void kafkaIsAwayForAWhile() {
        assertThat(run("kafka-stopped-and-started", false).audit().problems()).isEmpty();
    }

    @Test
    void partitionsAreAdded() {
        assertThat(run("partitions-added", false).audit().problems()).isEmpty();
    }

    @Test
    void aDeadLetterThatIsLetGoIsNoticed() {
        assertThat(run("dead-letter-topic-unavailable", true).audit().problems())
                .anyMatch(problem -> problem.contains("was committed before record"))
                .anyMatch(problem -> problem.contains("dead letters [], should be"));
    }
}
