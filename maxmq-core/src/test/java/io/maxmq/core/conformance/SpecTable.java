package io.maxmq.core.conformance;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** SPEC.md: each normative statement and the tests that prove it. */
final class SpecTable {
    static final String REGENERATE = "mvn -pl maxmq-codec,maxmq-core test -Dtest=SpecTableTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dmaxmq.spec.write=true";

    private SpecTable() {}

    static String render(Map<String, Map<String, Set<String>>> proofs, List<String> versions) {
        StringBuilder out = new StringBuilder("""
                # The standards, statement by statement

                Which test proves which numbered normative statement of MQTT 5.0 and MQTT 3.1.1. The words are our own and short;
                what a statement says is in the standard. A test is listed if it would fail should the broker violate the
                statement. *Client's* statements bind clients alone and are not counted.

                This file is generated from the `@Spec` tags of the tests and from `mqtt-5.0.txt` and `mqtt-3.1.1.txt` in the test
                resources. After a change of either:

                ```
                """);
        out.append(REGENERATE).append("\n```\n\n");
        out.append("| version | statements | bind the server | tested | |\n| --- | --- | --- | --- | --- |\n");
        for (String version : versions) {
            List<Statement> all = Statement.of(version);
            Map<String, Set<String>> tests = proofs.getOrDefault(version, Map.of());
            long server = all.stream().filter(Statement::bindsServer).count();
            long tested = tested(all, tests);
            out.append("| ").append(version).append(" | ").append(all.size());
            out.append(" | ").append(server).append(" | ").append(tested);
            out.append(" | ").append(tested * 1000 / server / 10.0).append(" % |\n");
        }
        for (String version : versions) {
            version(version, proofs.getOrDefault(version, Map.of()), out);
        }
        return out.toString();
    }

    static long tested(List<Statement> statements, Map<String, Set<String>> tests) {
        return statements.stream()
                .filter(Statement::bindsServer)
                .filter(statement -> tests.containsKey(statement.id()))
                .count();
    }

    private static void version(String version, Map<String, Set<String>> tests, StringBuilder out) {
        out.append("\n## MQTT ").append(version).append('\n');
        String chapter = "";
        for (Statement statement : Statement.of(version)) {
            if (!statement.chapter().equals(chapter)) {
                chapter = statement.chapter();
                out.append("\n### §").append(chapter).append("\n\n");
                out.append("| statement | asks for | proved by |\n| --- | --- | --- |\n");
            }
            out.append("| ").append(statement.id());
            out.append(" | ").append(statement.text());
            out.append(" | ")
                    .append(proof(statement, tests.get(statement.id())))
                    .append(" |\n");
        }
    }

    private static String proof(Statement statement, Set<String> tests) {
        if (tests != null) {
            return tests.stream().map(test -> "`" + test + "`").collect(Collectors.joining(", "));
        }
        if (!statement.bindsServer()) {
            return "*client's*";
        }
        return "*not tested:* " + statement.whyUntested();
    }
}
