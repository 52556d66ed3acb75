package io.maxmq.spi;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RedactedUrlTest {
    @ParameterizedTest
    @CsvSource({
        "https://user:secret@host.example:8443/a/b, https://host.example:8443/a/b",
        "https://user:secret@host.example, https://host.example",
        "https://host.example/@scope/x, https://host.example/@scope/x",
        "https://host.example/keys?token=secret, https://host.example/keys…",
        "https://host.example/keys#secret, https://host.example/keys…",
        "mailto:user:secret@host, mailto:…@host"
    })
    void hidesUserInfoQueryAndFragment(String url, String shown) {
        assertThat(RedactedUrl.of(URI.create(url))).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "https://user:se cret@host/a, https://…@host/a",
        "https://user:se/c?r#t@host/a, https://…@host/a",
        "user:secret@host, user:…@host",
        "https://host/a b?token=secret, https://host/a b…"
    })
    void hidesPasswordsInTextThatIsNoUrl(String text, String shown) {
        assertThat(RedactedUrl.of(text)).isEqualTo(shown);
    }
}
