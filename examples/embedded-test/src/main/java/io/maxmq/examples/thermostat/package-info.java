/** A thermostat: {@link io.maxmq.examples.thermostat.Thermostat} is the service, its test shows how to test one. */
package io.maxmq.examples.thermostat;
