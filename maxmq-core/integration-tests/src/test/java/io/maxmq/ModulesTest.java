package io.maxmq;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The module descriptors of the whole project, as sources. */
class ModulesTest {
    private static final Path PROJECT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern DIRECTIVE = Pattern.compile("(?m)^\\s+(exports|requires)([^;]+);");

    @Test
    void noPackageIsInTwoModules() throws IOException {
        Map<String, Set<Path>> modules = new TreeMap<>();
        for (Path descriptor : descriptors()) {
            for (String each : packagesBeside(descriptor)) {
                modules.computeIfAbsent(each, name -> new TreeSet<>()).add(descriptor);
            }
        }

        assertThat(modules).containsKeys("io.maxmq", "io.maxmq.auth", "io.maxmq.memory", "io.maxmq.storage");
        assertThat(modules)
                .allSatisfy((name, owners) -> assertThat(owners).as(name).hasSize(1));
    }

    @Test
    void modulesBesideCoreDoNotRequireEachOther() throws IOException {
        for (String module : List.of("auth", "config-file", "micrometer", "memory-store")) {
            Path descriptor = PROJECT.resolve("maxmq-core").resolve(module).resolve("src/main/java/module-info.java");

            assertThat(directives(descriptor, "requires"))
                    .as(module)
                    .filteredOn(each -> each.contains("io.maxmq"))
                    .containsExactly("transitive io.maxmq.core");
        }
    }

    private static List<Path> descriptors() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(PROJECT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                return name.equals("target") || name.equals(".git") || name.equals("test")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.endsWith("src/main/java/module-info.java")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        assertThat(found).hasSizeGreaterThan(8);
        return found;
    }

    private static Set<String> packagesBeside(Path descriptor) throws IOException {
        Path sources = descriptor.getParent();
        Set<String> packages = new TreeSet<>();
        try (var files = Files.walk(sources)) {
            files.filter(each -> each.toString().endsWith(".java") && !each.equals(descriptor))
                    .map(each -> sources.relativize(each.getParent()).toString().replace('/', '.'))
                    .forEach(packages::add);
        }
        assertThat(packages).as(descriptor.toString()).isNotEmpty();
        return packages;
    }

    private static List<String> directives(Path descriptor, String kind) throws IOException {
        List<String> found = new ArrayList<>();
        Matcher matcher = DIRECTIVE.matcher(Files.readString(descriptor));
        while (matcher.find()) {
            if (matcher.group(1).equals(kind)) {
                found.add(matcher.group(2).strip());
            }
        }
        return found;
    }
}
