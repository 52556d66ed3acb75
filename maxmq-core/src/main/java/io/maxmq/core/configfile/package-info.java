/**
 * Reads a configuration file (HOCON) into the settings that the builder has. Runs on the thread that describes a broker, before it
 * starts. Knows the library that parses; nobody else does. Start at {@link io.maxmq.core.configfile.ConfigFile}.
 */
package io.maxmq.core.configfile;
