/**
 * A Spring Boot application with the broker of the starter. Start at {@link io.maxmq.examples.springboot.Application}.
 */
package io.maxmq.examples.springboot;
