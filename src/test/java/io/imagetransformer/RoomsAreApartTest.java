package io.imagetransformer;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The pure rooms could be used without Camel, Kafka or S3; so they can be understood and tested without. */
@Order(1)
class RoomsAreApartTest {
    private static final String[] PURE = {
        "..event..", "..image..", "..predictor..", "..delivery..", "..config..", "..serve.."
    };

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.imagetransformer");

    @Test
    void pureRoomsKnowNoLibraryOfOurNeighbours() {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.camel..", "org.apache.kafka..", "software.amazon..")
                .check(CLASSES);
    }

    @Test
    void storageKnowsS3Alone() {
        noClasses()
                .that()
                .resideInAPackage("..storage..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.camel..", "org.apache.kafka..")
                .check(CLASSES);
    }

    @Test
    void noTwoRoomsKnowEachOther() {
        slices().matching("io.imagetransformer.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void roomsKnowOfTheRootNothingButTheTwoFailures() {
        noClasses()
                .that()
                .resideInAPackage("io.imagetransformer.*..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.imagetransformer")
                        .and(not(type(PermanentFailure.class)))
                        .and(not(type(TransientFailure.class))))
                .check(CLASSES);
        classes()
                .that()
                .belongToAnyOf(PermanentFailure.class, TransientFailure.class)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.imagetransformer")
                .check(CLASSES);
    }

    @Test
    void onlyTheAdaptersKnowCamel() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.imagetransformer", "io.imagetransformer.camel..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.camel..")
                .check(CLASSES);
    }
}
