/** Tests of applications with a broker: {@link io.maxmq.spring.test.SpringMaxMQTest}. Needs {@code maxmq-junit} and {@code spring-boot-test}. */
@org.jspecify.annotations.NullMarked
package io.maxmq.spring.test;
