/** Management of a broker over HTTP. Start at {@link io.maxmq.api.ApiServer}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.api {
    requires static org.jspecify;
    requires transitive io.maxmq.core;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.vertx.core;
    requires io.vertx.openapi;
    requires io.vertx.web;
    requires io.vertx.web.openapi.router;
    requires org.slf4j;
    requires org.yaml.snakeyaml;

    exports io.maxmq.api;
    exports io.maxmq.api.access;
}
