package io.maxmq.spring.boottests;

/** No beans. */
class Nothing {}
