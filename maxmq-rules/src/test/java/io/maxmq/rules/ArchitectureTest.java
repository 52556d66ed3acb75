package io.maxmq.rules;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** Who may know whom. The language knows nothing of the broker; all goes through what extensions see. */
@AnalyzeClasses(packages = "io.maxmq.rules", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] LANGUAGE = {
        "io.maxmq.rules.value",
        "io.maxmq.rules.json",
        "io.maxmq.rules.function",
        "io.maxmq.rules.parse",
        "io.maxmq.rules.eval",
        "io.maxmq.rules.template"
    };

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.maxmq.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyWhatExtensionsSeeIsUsedOfTheBroker = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.maxmq..")
                    .and(not(resideInAnyPackage("io.maxmq.rules..", "io.maxmq.spi..", "io.maxmq.codec.."))));

    @ArchTest
    static final ArchRule theLanguageRunsNothing = noClasses()
            .that()
            .resideInAnyPackage(LANGUAGE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.maxmq.rules",
                    "io.maxmq.rules.event",
                    "io.maxmq.rules.output",
                    "io.maxmq.rules.run",
                    "io.maxmq.rules.sink",
                    "io.maxmq.rules.state",
                    "io.maxmq.rules.status",
                    "io.maxmq.rules.action");
}
