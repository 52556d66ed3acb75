package io.maxmq;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing is looked up by name, so that a native image finds all that a broker needs; what Netty looks up of ours is in the
 * metadata that the jar carries.
 */
@AnalyzeClasses(packages = "io.maxmq", importOptions = ImportOption.DoNotIncludeTests.class)
class ReflectionTest {
    private static final String METADATA = "/META-INF/native-image/io.maxmq/maxmq-core/reachability-metadata.json";

    /** Asks, by a method that JDK 17 does not have, whether the JVM would warn. In the metadata. */
    private static final String EXCEPTION = "io.maxmq.core.transport.NativeAccess";

    /** What of {@code Class} and {@code ClassLoader} gives classes and members by name. */
    private static final Pattern LOOKUPS = Pattern.compile(
            "forName|newInstance|loadClass|get(Declared)?(Constructor|Method|Field|Classe)s?|getRecordComponents");

    @ArchTest
    static final ArchRule nothingIsReflected = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(EXCEPTION)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.reflect..");

    @ArchTest
    static final ArchRule nothingIsLookedUpByName =
            noClasses().that().doNotHaveFullyQualifiedName(EXCEPTION).should().callMethodWhere(lookingUp());

    /** {@code fromConfig} finds its reader as a service, which native images support. */
    @ArchTest
    static final ArchRule onlyFromConfigLoadsServices = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.maxmq.ConfigSource")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ServiceLoader.class);

    @ArchTest
    static void theExceptionIsStillOne(JavaClasses classes) {
        ArchRule withoutException = noClasses().should().callMethodWhere(lookingUp());

        assertThat(withoutException.evaluate(classes).getFailureReport().getDetails())
                .isNotEmpty()
                .allMatch(call -> call.contains(EXCEPTION));
    }

    private static DescribedPredicate<JavaCall<?>> lookingUp() {
        return DescribedPredicate.describe("looks a class or member up", ReflectionTest::isLookup);
    }

    private static boolean isLookup(JavaCall<?> call) {
        JavaClass owner = call.getTargetOwner();
        return (owner.isEquivalentTo(Class.class) || owner.isAssignableTo(ClassLoader.class))
                && LOOKUPS.matcher(call.getName()).matches();
    }

    /** Netty asks each handler by reflection which of its methods may be skipped. */
    @ArchTest
    static void theMetadataNamesEveryHandlerAndWhatTheExceptionLooksUp(JavaClasses classes) throws IOException {
        List<String> expected = new ArrayList<>(classes.stream()
                .filter(type -> type.getPackageName().equals("io.maxmq.core.transport"))
                .filter(type -> ChannelHandler.class.isAssignableFrom(type.reflect()))
                .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                .map(JavaClass::getName)
                .toList());
        assertThat(expected).isNotEmpty();
        expected.add("io.netty.util.internal.NativeLibraryLoader");
        expected.add("java.lang.Module");

        assertThat(typesInMetadata()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static List<String> typesInMetadata() throws IOException {
        try (InputStream metadata = ReflectionTest.class.getResourceAsStream(METADATA)) {
            assertThat(metadata).as(METADATA).isNotNull();
            String text = new String(metadata.readAllBytes(), StandardCharsets.UTF_8);
            return Pattern.compile("\"type\": \"([^\"]+)\"")
                    .matcher(text)
                    .results()
                    .map((MatchResult type) -> type.group(1))
                    .toList();
        }
    }
}
