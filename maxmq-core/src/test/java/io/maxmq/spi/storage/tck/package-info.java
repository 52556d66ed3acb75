/**
 * What every {@link io.maxmq.spi.storage.KeyValueStore} must do, as tests to inherit: {@link
 * io.maxmq.spi.storage.tck.KeyValueStoreContract}, and {@link io.maxmq.spi.storage.tck.KeyValueStoreModelContract} for
 * stores that have all features. Published as the artifact {@code maxmq-core} of type {@code test-jar}, for the tests of
 * third parties' stores; it needs JUnit Jupiter, AssertJ and jqwik.
 */
package io.maxmq.spi.storage.tck;
