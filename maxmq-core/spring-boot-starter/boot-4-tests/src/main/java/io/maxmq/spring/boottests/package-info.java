/** The API of Spring Boot 4 that differs from the other version's. */
package io.maxmq.spring.boottests;
