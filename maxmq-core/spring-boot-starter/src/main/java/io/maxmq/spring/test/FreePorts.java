package io.maxmq.spring.test;

import io.maxmq.config.Listener;
import io.maxmq.config.ProxiedListener;
import io.maxmq.config.TcpListener;
import io.maxmq.config.TlsListener;
import io.maxmq.config.WebSocketListener;
import io.maxmq.junit.RoutedMessages;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spring.MaxMQBuilderCustomizer;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/** Replaces the ports of a broker by free ones and records its messages. */
@TestConfiguration(proxyBeanMethods = false)
class FreePorts {

    @Bean
    RoutedMessages maxMQRoutedMessages() {
        return RoutedMessages.create();
    }

    @Bean
    Extension maxMQRecorder(RoutedMessages messages) {
        return messages.recorder();
    }

    @Bean
    @Order // last
    MaxMQBuilderCustomizer maxMQFreePorts() {
        return builder -> builder.configure(settings -> settings.listeners(
                settings.build().listeners().stream().map(FreePorts::onFreePort).toList()));
    }

    private static Listener onFreePort(Listener listener) {
        if (listener instanceof TcpListener tcp) {
            return new TcpListener(tcp.name(), tcp.host(), 0, tcp.backlog(), tcp.maxConnections());
        }
        if (listener instanceof TlsListener tls) {
            return new TlsListener(tls.name(), tls.host(), 0, tls.backlog(), tls.maxConnections(), tls.tls());
        }
        if (listener instanceof WebSocketListener ws) {
            return new WebSocketListener(
                    ws.name(),
                    ws.host(),
                    0,
                    ws.backlog(),
                    ws.maxConnections(),
                    ws.webSocket(),
                    ws.tls(),
                    ws.plainToo());
        }
        if (listener instanceof ProxiedListener proxied) {
            return new ProxiedListener(onFreePort(proxied.listener()), proxied.proxies());
        }
        return listener; // a local socket has no port
    }
}
