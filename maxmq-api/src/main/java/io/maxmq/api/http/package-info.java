/**
 * HTTP: the servers, the path of a request from its head to its operation, authentication and limits. Everything runs on the
 * one event loop of an own Vert.x, unless a class says otherwise.
 */
package io.maxmq.api.http;
