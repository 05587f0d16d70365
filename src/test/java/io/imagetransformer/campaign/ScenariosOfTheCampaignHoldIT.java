package io.imagetransformer.campaign;

import java.util.List;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.sandbox.EmbeddedKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of them, so that the campaign itself stays in order; all of them run by one command, which looks at costs, too: tests
 * beside this one would spoil those.
 */
@Order(1)
class ScenariosOfTheCampaignHoldIT {
    @Test
    void kafkaIsStoppedAndStarted() {
        Scenario scenario = Campaign.all().stream()
                .filter(each -> each.name().equals("kafka-stopped-and-started"))
                .findFirst()
                .orElseThrow();
        try (EmbeddedKafka broker = EmbeddedKafka.start()) {
            Report.Run run = Campaign.run(broker, scenario, 1, PackagedProgram.DISTRIBUTION);
            List<String> costs = run.outages().stream()
                    .flatMap(outage -> outage.costs().stream())
                    .toList();
            assertThat(run.audit().problems()).as("but for costs").isSubsetOf(costs);
            assertThat(run.audit().filed()).isPositive();
        }
    }
}
