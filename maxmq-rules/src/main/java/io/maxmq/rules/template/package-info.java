/** Text with places in it that a record fills. Imports the values and JSON. Start at {@link io.maxmq.rules.template.Template}. */
package io.maxmq.rules.template;
