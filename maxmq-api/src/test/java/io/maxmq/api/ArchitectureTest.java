package io.maxmq.api;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The API uses of the broker what every extension may use, and shows nothing of its libraries. */
@AnalyzeClasses(packages = "io.maxmq.api", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.maxmq.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheSpiOfTheBrokerIsUsed = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.maxmq..")
                    .and(not(resideInAnyPackage(
                            "io.maxmq.api..", "io.maxmq.spi..", "io.maxmq.codec..", "io.maxmq.config"))));

    @ArchTest
    static final ArchRule operationsKnowNothingOfHttp = noClasses()
            .that()
            .resideInAnyPackage("io.maxmq.api.resource", "io.maxmq.api.call")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.maxmq.api.http", "io.vertx.core.http..", "io.vertx.ext..");

    @ArchTest
    static final ArchRule exportedMethodsHaveNoTypesOfLibraries = methods()
            .that()
            .areDeclaredInClassesThat(resideInAnyPackage("io.maxmq.api", "io.maxmq.api.access")
                    .and(HasModifiers.Predicates.modifier(JavaModifier.PUBLIC)))
            .and()
            .arePublic()
            .should()
            .haveRawReturnType(not(resideInAnyPackage("io.vertx..", "io.netty..", "org.yaml..")));
}
