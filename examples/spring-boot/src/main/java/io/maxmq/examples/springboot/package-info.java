/**
 * A broker as a plain bean of a Spring Boot application. Start at {@link io.maxmq.examples.springboot.Application}.
 */
package io.maxmq.examples.springboot;
