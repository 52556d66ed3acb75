package io.maxmq;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
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
import java.util.List;
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
    private static final String[] EXPORTED = {"io.maxmq", "io.maxmq.config", "io.maxmq.limit", "io.maxmq.spi.."};

    /** All packages from the bottom to the top: each may use those before it. */
    private static final List<String> LAYERS = List.of(
            "io.maxmq.codec..",
            "io.maxmq.spi",
            "io.maxmq.spi.storage",
            "io.maxmq.spi.storage.support",
            "io.maxmq.spi.auth",
            "io.maxmq.spi.limit",
            "io.maxmq.spi.intercept",
            "io.maxmq.spi.admin",
            "io.maxmq.spi.event",
            "io.maxmq.spi.extension",
            "io.maxmq.spi.config",
            "io.maxmq.limit",
            "io.maxmq.config",
            "io.maxmq.core.time",
            "io.maxmq.core.observe",
            "io.maxmq.core.limit",
            "io.maxmq.core.tls",
            "io.maxmq.core.loop",
            "io.maxmq.core.routing",
            "io.maxmq.core.access",
            "io.maxmq.core.intercept",
            "io.maxmq.core.persistence",
            "io.maxmq.core.session",
            "io.maxmq.core.connection",
            "io.maxmq.core.transport",
            "io.maxmq.core.engine",
            "io.maxmq.core.listener",
            "io.maxmq.core.recovery",
            "io.maxmq.core.inprocess",
            "io.maxmq.core.monitor",
            "io.maxmq.core.admin",
            "io.maxmq.core.bootstrap",
            "io.maxmq");

    @ArchTest
    static void callsGoDownTheLayers(JavaClasses classes) {
        for (int layer = 0; layer < LAYERS.size(); layer++) {
            noClasses()
                    .that()
                    .resideInAPackage(LAYERS.get(layer))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(LAYERS.subList(layer + 1, LAYERS.size()).toArray(String[]::new))
                    .check(classes);
        }
    }

    @ArchTest
    static void eachPackageHasALayer(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAPackage("io.maxmq..")
                .should()
                .resideOutsideOfPackages(LAYERS.toArray(String[]::new))
                .check(classes);
    }

    /** The layers that carry a message use one another through the next one alone. */
    @ArchTest
    static final ArchRule noLayerIsSkipped = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("transport")
            .definedBy("io.maxmq.core.transport..")
            .layer("connection")
            .definedBy("io.maxmq.core.connection..")
            .layer("session")
            .definedBy("io.maxmq.core.session..")
            .layer("routing")
            .definedBy("io.maxmq.core.routing..")
            .whereLayer("session")
            .mayOnlyBeAccessedByLayers("connection")
            // The connection asks its loop's router whether others keep up, and encodes what is in transit.
            .whereLayer("routing")
            .mayOnlyBeAccessedByLayers("session", "connection");

    @ArchTest
    static final ArchRule timeAndLimitStandAlone = noClasses()
            .that()
            .resideInAnyPackage("io.maxmq.core.time", "io.maxmq.core.limit")
            .should()
            .dependOnClassesThat(resideInAPackage("io.maxmq.core..")
                    .and(not(resideInAnyPackage("io.maxmq.core.time", "io.maxmq.core.limit"))));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().assignedFrom(packages()).should().beFreeOfCycles();

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

    private static SliceAssignment packages() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                String name = type.getPackageName();
                return name.startsWith("io.maxmq") ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages";
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
