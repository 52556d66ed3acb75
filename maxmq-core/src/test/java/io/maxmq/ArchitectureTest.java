package io.maxmq;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.maxmq.spi.Internal;
import io.maxmq.spi.Preview;
import io.maxmq.spi.Stable;
import java.util.stream.Stream;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** Who may know whom. Calls go down: transport, connection, session, routing. */
@AnalyzeClasses(packages = "io.maxmq", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] EXPORTED = {
        "io.maxmq", "io.maxmq.config", "io.maxmq.limit", "io.maxmq.spi.."
    };

    /** Packages of which everybody may use all, and which know nothing of the layers. */
    private static final String[] FOUNDATION = {
        "io.maxmq.core.time",
        "io.maxmq.core.limit",
        "io.maxmq.core.observe",
        "io.maxmq.core.loop",
        "io.maxmq.core.access"
    };

    @ArchTest
    static final ArchRule callsGoDownTheLayers = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("transport")
            .definedBy("io.maxmq.core.transport..")
            .layer("connection")
            .definedBy("io.maxmq.core.connection..")
            .layer("session")
            .definedBy("io.maxmq.core.session..")
            .layer("routing")
            .definedBy("io.maxmq.core.routing..")
            .layer("wiring")
            .definedBy("io.maxmq", "io.maxmq.core.bootstrap")
            .whereLayer("transport")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("connection")
            .mayOnlyBeAccessedByLayers("transport", "wiring")
            .whereLayer("session")
            .mayOnlyBeAccessedByLayers("connection", "wiring")
            // The connection asks its loop's router whether others keep up, and encodes what is in transit.
            .whereLayer("routing")
            .mayOnlyBeAccessedByLayers("session", "connection", "wiring");

    @ArchTest
    static final ArchRule theFoundationKnowsNoLayer = noClasses()
            .that()
            .resideInAnyPackage(FOUNDATION)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.maxmq",
                    "io.maxmq.core.transport..",
                    "io.maxmq.core.connection..",
                    "io.maxmq.core.session..",
                    "io.maxmq.core.persistence..",
                    "io.maxmq.core.bootstrap..")
            .because("what everybody uses must not use everybody; routing's Topic is what access remembers answers by");

    @ArchTest
    static final ArchRule timeAndLimitStandAlone = noClasses()
            .that()
            .resideInAnyPackage("io.maxmq.core.time", "io.maxmq.core.limit")
            .should()
            .dependOnClassesThat(resideInAPackage("io.maxmq.core..")
                    .and(not(resideInAnyPackage("io.maxmq.core.time", "io.maxmq.core.limit"))));

    @ArchTest
    static final ArchRule onlyTheWiringAndTheHandleSeeTheWiring = noClasses()
            .that()
            .resideOutsideOfPackages("io.maxmq", "io.maxmq.core.bootstrap")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.maxmq.core.bootstrap");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().assignedFrom(packagesWithOneSpi()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule whatPluginsSeeKnowsNothingOfTheCore = noClasses()
            .that()
            .resideInAnyPackage("io.maxmq.spi..", "io.maxmq.config..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.maxmq.core..");

    @ArchTest
    static final ArchRule transportAndRoutingKnowNoPackets = noClasses()
            .that()
            .resideInAnyPackage("io.maxmq.core.transport..", "io.maxmq.core.routing..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.maxmq.codec.packet..");

    @ArchTest
    static final ArchRule onlyTransportKnowsChannels = noClasses()
            .that()
            .resideOutsideOfPackage("io.maxmq.core.transport..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty.channel..", "io.netty.bootstrap..");

    @ArchTest
    static final ArchRule exportedSignaturesNameNoThirdParty = members()
            .that()
            .areDeclaredInClassesThat(resideInAnyPackage(EXPORTED).and(visibleOutside()))
            .should(nameNoThirdParty());

    @ArchTest
    static final ArchRule theRateLimiterKnowsOnlyTheSpi = noClasses()
            .that()
            .resideInAPackage("io.maxmq.limit")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.maxmq", "io.maxmq.config..", "io.maxmq.core..");

    @ArchTest
    static final ArchRule exportedTypesSayHowStableTheyAre = classes()
            .that(resideInAnyPackage(EXPORTED).and(visibleOutside()))
            .and()
            .areNotAnnotations()
            .should()
            .beAnnotatedWith(Stable.class)
            .orShould()
            .beAnnotatedWith(Preview.class)
            .orShould()
            .beAnnotatedWith(Internal.class);

    @ArchTest
    static final ArchRule nothingIsPrinted =
            noClasses().should().callMethodWhere(printing()).because("an embedder's stdout and stderr are not ours");

    @ArchTest
    static final ArchRule noTypeIsNamedAfterADrawer = noClasses()
            .should()
            .haveNameMatching(".*\\.(.*(Manager|Helper|Utils?|Common|Impl|Base)|Constants)(\\$.*)?");

    /** One slice per package, but one for spi and what is below it: events name the SPI's types and the other way round. */
    private static SliceAssignment packagesWithOneSpi() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                String name = type.getPackageName();
                if (!name.startsWith("io.maxmq") || name.startsWith("io.maxmq.codec")) {
                    return SliceIdentifier.ignore();
                }
                return SliceIdentifier.of(name.startsWith("io.maxmq.spi") ? "io.maxmq.spi" : name);
            }

            @Override
            public String getDescription() {
                return "packages, spi as one";
            }
        };
    }

    private static DescribedPredicate<JavaClass> visibleOutside() {
        return DescribedPredicate.describe(
                "are visible outside",
                type -> type.getModifiers().contains(JavaModifier.PUBLIC)
                        && type.getEnclosingClass()
                                .map(outer -> visibleOutside().test(outer))
                                .orElse(true));
    }

    private static ArchCondition<JavaMember> nameNoThirdParty() {
        return new ArchCondition<>("name only types of Java and of MaxMQ") {
            @Override
            public void check(JavaMember member, ConditionEvents events) {
                boolean exported = Stream.of(JavaModifier.PUBLIC, JavaModifier.PROTECTED)
                        .anyMatch(member.getModifiers()::contains);
                if (!exported) {
                    return;
                }
                member.getAllInvolvedRawTypes().stream()
                        .filter(type -> !type.isPrimitive())
                        .map(JavaClass::getBaseComponentType)
                        .filter(type -> !type.isPrimitive()
                                && !type.getPackageName().startsWith("java.")
                                && !type.getPackageName().startsWith("javax.net")
                                && !isOurs(type))
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                member, member.getFullName() + " names " + type.getName())));
            }
        };
    }

    private static boolean isOurs(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith("io.maxmq") && !name.startsWith("io.maxmq.core") && !name.equals("io.maxmq.codec.wire");
    }

    private static DescribedPredicate<JavaAccess<?>> printing() {
        return DescribedPredicate.describe(
                "print",
                access -> access.getTargetOwner().isEquivalentTo(java.io.PrintStream.class)
                        || access.getName().equals("printStackTrace"));
    }
}
