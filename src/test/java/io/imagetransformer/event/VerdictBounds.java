package io.imagetransformer.event;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.imagetransformer.fuzz.FuzzTarget;

import static org.assertj.core.api.Assertions.assertThat;

/** What the verdicts of any event keep, whatever the event was. */
final class VerdictBounds {
    private VerdictBounds() {}

    static void check(List<Decoded> verdicts, DecoderLimits limits, String what) {
        assertThat(verdicts.size()).as(what).isBetween(1, limits.maxRecords());
        for (Decoded verdict : verdicts) {
            if (verdict instanceof Decoded.Created created) {
                check(created, limits, what);
            } else {
                String detail = verdict instanceof Decoded.Ignored ignored
                        ? ignored.detail()
                        : ((Decoded.Malformed) verdict).detail();
                assertThat(detail)
                        .as(what)
                        .isNotEmpty()
                        .hasSizeLessThan(320)
                        .matches(FuzzTarget::isOneLine, "one line");
            }
        }
    }

    private static void check(Decoded.Created created, DecoderLimits limits, String what) {
        String key = created.object().key();
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        assertThat(bytes.length).as(what).isBetween(1, limits.maxKeyBytes());
        assertThat(new String(bytes, StandardCharsets.UTF_8)).as(what).isEqualTo(key);
        assertThat(key).as(what).doesNotContain("\0").doesNotEndWith("/");
        assertThat(created.object().bucket()).as(what).matches("[A-Za-z0-9._-]+");
        assertThat(created.cloudEventAttributes().keySet()).as(what).allMatch(name -> name.matches("[a-z0-9]+"));
    }
}
