/**
 * Reads a configuration file (HOCON) into the settings that the builder has. Runs on the thread that describes a broker, before it
 * starts. Only this package uses the parser. Start at {@link io.maxmq.configfile.HoconReader}.
 */
package io.maxmq.configfile;
