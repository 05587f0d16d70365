package io.imagetransformer.command;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class LagIsWhatIsStillThereToReadTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nothing committed,                       0,  30,     , 30",
        "nothing committed after retention,       20, 30,     , 10",
        "some committed,                          0,  30, 25, 5",
        "all committed,                           0,  30, 30, 0",
        "retention removed what was not read,     20, 30, 5,  10",
        "retention removed all,                   30, 30, 5,  0",
        "a commit of a topic that was made anew,  0,  30, 99, 0"
    })
    void ofOnePartition(String name, long beginning, long end, @Nullable Long committed, long expected) {
        // When
        long lag = GroupLag.lag(beginning, end, committed);

        // Then
        assertThat(lag).isEqualTo(expected);
    }
}
