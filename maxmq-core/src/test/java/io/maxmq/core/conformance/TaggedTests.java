package io.maxmq.core.conformance;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the {@code @Spec} tags of the codec's and the broker's tests name. Read from the class files, so that the codec's
 * tests need not be on the class path.
 */
final class TaggedTests {
    private static final Path HERE = Path.of("");
    private static final Path CODEC = Path.of("..", "maxmq-codec");

    private static final Set<String> TAGS = Set.of("io.maxmq.Spec", "io.maxmq.codec.Spec");
    private static final Set<String> TESTS = Set.of(
            "org.junit.jupiter.api.Test",
            "org.junit.jupiter.params.ParameterizedTest",
            "net.jqwik.api.Property",
            "net.jqwik.api.Example");
    private static final String DISABLED = "org.junit.jupiter.api.Disabled";

    /** By version, then by statement: the tests that prove it. */
    final Map<String, Map<String, Set<String>>> proofs = new TreeMap<>();

    /** Tags on what is not run. */
    final List<String> problems = new ArrayList<>();

    private TaggedTests() {}

    static TaggedTests read() {
        TaggedTests tests = new TaggedTests();
        for (Path module : List.of(CODEC, HERE)) {
            Path classes = module.resolve("target").resolve("test-classes");
            if (!Files.isDirectory(classes)) {
                throw new IllegalStateException("no compiled tests in "
                        + classes.toAbsolutePath().normalize() + ": build maxmq-codec before maxmq-core");
            }
            for (JavaClass type : new ClassFileImporter().importPath(classes)) {
                // What an earlier build has left behind is no test any more.
                if (Files.exists(sourceOf(module, type))) {
                    type.getMethods().forEach(tests::read);
                }
            }
        }
        return tests;
    }

    private static Path sourceOf(Path module, JavaClass type) {
        return module.resolve("src")
                .resolve("test")
                .resolve("java")
                .resolve(fileOf(type).replace('.', '/') + ".java");
    }

    private static String fileOf(JavaClass type) {
        return type.getName().replaceFirst("\\$.*", "");
    }

    private void read(JavaMethod method) {
        for (JavaAnnotation<?> tag : method.getAnnotations()) {
            if (!TAGS.contains(tag.getRawType().getName())) {
                continue;
            }
            String test = method.getOwner().getSimpleName() + "." + method.getName();
            if (!runs(method)) {
                problems.add(test + " is tagged, and is not run: it is disabled, no test, or in no test class");
            }
            prove("5.0", tag, "value", test);
            prove("3.1.1", tag, "v3", test);
        }
    }

    private void prove(String version, JavaAnnotation<?> tag, String property, String test) {
        Map<String, Set<String>> statements = proofs.computeIfAbsent(version, key -> new TreeMap<>());
        for (String id : (String[]) tag.get(property).orElse(new String[0])) {
            statements.computeIfAbsent(id, key -> new TreeSet<>()).add(test);
        }
    }

    private static boolean runs(JavaMethod method) {
        JavaClass owner = method.getOwner();
        String file = fileOf(owner);
        return method.getAnnotations().stream()
                        .anyMatch(each -> TESTS.contains(each.getRawType().getName()))
                && !method.isAnnotatedWith(DISABLED)
                && !owner.isAnnotatedWith(DISABLED)
                && !owner.getModifiers().contains(JavaModifier.ABSTRACT)
                && (file.endsWith("Test") || file.endsWith("IT"));
    }
}
