package io.imagetransformer;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The pure rooms could be used without Camel, Kafka or S3; so they can be understood and tested without. */
@AnalyzeClasses(packages = "io.imagetransformer", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsAreApartTest {
    private static final String[] PURE = {
        "..event..", "..image..", "..predictor..", "..delivery..", "..config..", "..serve.."
    };

    @ArchTest
    static final ArchRule pureRoomsKnowNoLibraryOfOurNeighbours = noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel..", "org.apache.kafka..", "software.amazon..");

    @ArchTest
    static final ArchRule storageKnowsS3Alone = noClasses()
            .that()
            .resideInAPackage("..storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel..", "org.apache.kafka..");

    @ArchTest
    static final ArchRule noTwoRoomsKnowEachOther =
            slices().matching("io.imagetransformer.(*)..").should().beFreeOfCycles();

    @ArchTest
    static void roomsKnowOfTheRootNothingButTheTwoFailures(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAPackage("io.imagetransformer.*..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.imagetransformer")
                        .and(not(type(PermanentFailure.class)))
                        .and(not(type(TransientFailure.class))))
                .check(classes);
        classes()
                .that()
                .belongToAnyOf(PermanentFailure.class, TransientFailure.class)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.imagetransformer")
                .check(classes);
    }

    @ArchTest
    static final ArchRule onlyTheAdaptersKnowCamel = noClasses()
            .that()
            .resideOutsideOfPackages("io.imagetransformer", "io.imagetransformer.camel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.camel..");
}
